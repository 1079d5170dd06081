import type { StartedBackend } from '../engine/backend';
import { createInputTensor } from '../engine/frame-values';
import { viewOnCpu } from '../engine/readback';
import { createCanvas2dRenderer } from '../render/canvas2d/canvas2d-renderer';
import { createCpuFrameImporter } from '../render/frame-import-cpu';
import type { Tier } from './tier';

/** The tier that runs everywhere: tfjs on WASM, 2D canvases, no waiting: work is done when it is asked for. */
export function createWasmTier(started: StartedBackend): Tier {
  const importer = createCpuFrameImporter();
  return {
    backend: 'wasm',
    why: started.why,
    threads: started.threads,
    notePass: started.notePass,
    renderer: createCanvas2dRenderer(),
    importFrame: async (frame, spec) => {
      const values = await importer.importFrame(frame.image, frame.crop, frame.mirror, spec);
      return createInputTensor(values, spec.height, spec.width, spec.channels);
    },
    viewTensor: (tensor, shape, signed) => ({ shape, signed, values: () => viewOnCpu(tensor) }),
    // A copy: the view dies with the next operation.
    readValues: async (tensor) => viewOnCpu(tensor).slice(),
    settle: () => Promise.resolve(),
    finish: () => Promise.resolve(),
    destroyDevice: null,
  };
}
