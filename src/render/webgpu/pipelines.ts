import { colourTable, divergingZeroIndex, notANumberColour } from '../../contract/colour-map';
import { colourMaps, type ColourMap } from '../../contract/session-spec';
import { attackPerFrame, constantTolerance, releasePerFrame } from '../range';
import drawSource from './wgsl/draw.wgsl?raw';
import layerSource from './wgsl/layer.wgsl?raw';
import rangeSource from './wgsl/range.wgsl?raw';

/** Bytes from one layer's parameters to the next: the largest alignment a device may ask for. */
export const layerStrideBytes = 256;
/** Bytes of one layer's parameters. */
export const layerParameterBytes = 64;
/** Bytes of one cell in an instance buffer: rectangle (4 x f32), channel, smooth (u32). */
export const cellBytes = 24;

const tableRows = [...colourMaps, 'diverging'] as const;
const notANumberRow = tableRows.length;

/** Row of the colour table texture for a layer. */
export function colourRow(map: ColourMap, signed: boolean): number {
  return tableRows.indexOf(signed ? 'diverging' : map);
}

/** Everything that is made once for a device: layouts, pipelines, the colour table. Owned by the renderer. */
export interface RenderPipelines {
  readonly rangeLayout: GPUBindGroupLayout;
  readonly surfaceLayout: GPUBindGroupLayout;
  readonly layerLayout: GPUBindGroupLayout;
  readonly measure: GPUComputePipeline;
  readonly settle: GPUComputePipeline;
  readonly paintLayer: GPURenderPipeline;
  readonly paintExplanation: GPURenderPipeline;
  readonly paintInput: GPURenderPipeline;
  readonly colours: GPUTexture;
  readonly colourView: GPUTextureView;
  /** Format that canvases must be configured with. */
  readonly format: GPUTextureFormat;
}

/** Compiles all passes ahead of the first frame. @throws GPUPipelineError when a shader does not compile */
export async function createRenderPipelines(device: GPUDevice, format: GPUTextureFormat): Promise<RenderPipelines> {
  const constants = [
    `const attackPerFrame = ${attackPerFrame};`, `const releasePerFrame = ${releasePerFrame};`,
    `const constantTolerance = ${constantTolerance};`, `const divergingZeroIndex = ${divergingZeroIndex}u;`,
    `const notANumberRow = ${notANumberRow}u;`, '',
  ].join('\n');
  const uniform = { type: 'uniform', hasDynamicOffset: true, minBindingSize: layerParameterBytes } as const;
  const rangeLayout = device.createBindGroupLayout({
    label: 'range of a layer',
    entries: [
      { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'read-only-storage' } },
      { binding: 1, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'storage' } },
      { binding: 2, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'storage' } },
      { binding: 3, visibility: GPUShaderStage.COMPUTE, buffer: uniform },
    ],
  });
  const surfaceLayout = device.createBindGroupLayout({
    label: 'surface', entries: [{ binding: 0, visibility: GPUShaderStage.VERTEX, buffer: { type: 'uniform' } }],
  });
  const both = GPUShaderStage.VERTEX | GPUShaderStage.FRAGMENT;
  const layerLayout = device.createBindGroupLayout({
    label: 'layer to paint',
    entries: [
      { binding: 0, visibility: GPUShaderStage.FRAGMENT, buffer: { type: 'read-only-storage' } },
      { binding: 1, visibility: both, buffer: { type: 'read-only-storage' } },
      { binding: 2, visibility: both, buffer: uniform },
      { binding: 3, visibility: GPUShaderStage.FRAGMENT, texture: { sampleType: 'unfilterable-float' } },
    ],
  });
  const rangeModule = device.createShaderModule({ label: 'range', code: constants + layerSource + rangeSource });
  const drawModule = device.createShaderModule({ label: 'draw', code: constants + layerSource + drawSource });
  const rangePass = device.createPipelineLayout({ label: 'range', bindGroupLayouts: [rangeLayout] });
  const drawPass = device.createPipelineLayout({ label: 'draw', bindGroupLayouts: [surfaceLayout, layerLayout] });
  const compute = (entryPoint: string): Promise<GPUComputePipeline> =>
    device.createComputePipelineAsync({ label: `${entryPoint} range`, layout: rangePass, compute: { module: rangeModule, entryPoint } });
  const paint = (entryPoint: string, over: boolean): Promise<GPURenderPipeline> => {
    const blend = { srcFactor: 'one', dstFactor: 'one-minus-src-alpha', operation: 'add' } as const;
    return device.createRenderPipelineAsync({
      label: entryPoint, layout: drawPass,
      vertex: {
        module: drawModule, entryPoint: 'placeCell',
        buffers: [{
          arrayStride: cellBytes, stepMode: 'instance',
          attributes: [{ shaderLocation: 0, offset: 0, format: 'float32x4' }, { shaderLocation: 1, offset: 16, format: 'uint32x2' }],
        }],
      },
      fragment: { module: drawModule, entryPoint, targets: [over ? { format, blend: { color: blend, alpha: blend } } : { format }] },
      primitive: { topology: 'triangle-strip' },
    });
  };
  const [measure, settle, paintLayer, paintExplanation, paintInput] = await Promise.all([
    compute('measure'), compute('settle'), paint('paintLayer', false), paint('paintExplanation', true), paint('paintInput', false),
  ]);
  const colours = createColourTexture(device);
  return {
    rangeLayout, surfaceLayout, layerLayout, measure, settle, paintLayer, paintExplanation, paintInput,
    colours, colourView: colours.createView({ label: 'colour tables' }), format,
  };
}

/** All colour tables, one a row; the last row is the marker for values that are no number. */
function createColourTexture(device: GPUDevice): GPUTexture {
  const rows = notANumberRow + 1;
  const texture = device.createTexture({
    label: 'colour tables', size: [256, rows], format: 'rgba8unorm', usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
  });
  const texels = new Uint8Array(256 * 4 * rows).fill(255);
  tableRows.forEach((map, row) => texels.set(colourTable(map), row * 1024));
  texels.set(notANumberColour, notANumberRow * 1024);
  device.queue.writeTexture({ texture }, texels, { bytesPerRow: 1024 }, [256, rows]);
  return texture;
}
