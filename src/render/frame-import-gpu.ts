import type { InputSpec } from '../contract/card';
import { AppError } from '../contract/errors';
import type { CropSquare } from '../contract/frames';
import { inputScaling } from './frame-import';
import type { Rectangle } from './tile-geometry';
import importSource from './webgpu/wgsl/import.wgsl?raw';
import pictureSource from './webgpu/wgsl/import-picture.wgsl?raw';
import videoSource from './webgpu/wgsl/import-video.wgsl?raw';

/** Turns frames into network input on the GPU (WebGPU tier). Owns its buffers, texture and pipelines. */
export interface GpuFrameImporter {
  /**
   * Crops, mirrors, shrinks by area averaging and normalises one frame in one compute pass, submitted to the queue.
   *
   * @param image  stays open; the caller may close it as soon as this returns
   * @param crop   source pixels after rotation; what lies outside the picture is white
   * @returns      `[h, w, c]` f32, (pixel - mean) / std, h * w * c * 4 bytes, STORAGE | COPY_SRC | COPY_DST ·
   *               owned by the importer; the same buffer until the input's size changes, overwritten by the next call
   * @throws AppError 'input-mismatch' when the network wants neither 1 nor 3 channels
   */
  importFrame(image: VideoFrame | ImageBitmap, crop: CropSquare, mirror: boolean, spec: InputSpec): GPUBuffer;
  dispose(): void;
}

/** See `Import` in import.wgsl. */
const parameterBytes = 80;

/**
 * Makes the importer of the WebGPU tier.
 *
 * @param device  borrowed: the engine's device, not destroyed here
 * @throws GPUPipelineError when a shader does not compile
 */
export async function createGpuFrameImporter(device: GPUDevice): Promise<GpuFrameImporter> {
  const pipelineFor = async (label: string, source: string): Promise<GPUComputePipeline> => device.createComputePipelineAsync({
    label, layout: 'auto', compute: { module: device.createShaderModule({ label, code: source + importSource }), entryPoint: 'importFrame' },
  });
  const [video, picture] = await Promise.all([pipelineFor('import video frame', videoSource), pipelineFor('import picture', pictureSource)]);
  const parameters = device.createBuffer({ label: 'frame import', size: parameterBytes, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  const bytes = new ArrayBuffer(parameterBytes);
  const floats = new Float32Array(bytes);
  const words = new Uint32Array(bytes);
  let output: GPUBuffer | null = null;
  let texture: GPUTexture | null = null;
  let pictureGroup: GPUBindGroup | null = null;
  let externalWorks = 'importExternalTexture' in device;

  function outputFor(spec: InputSpec): GPUBuffer {
    const size = spec.height * spec.width * spec.channels * 4;
    if (output === null || output.size !== size) {
      output?.destroy();
      pictureGroup = null;
      output = device.createBuffer({ label: 'network input', size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    }
    return output;
  }

  function bind(pipeline: GPUComputePipeline, source: GPUTextureView | GPUExternalTexture, target: GPUBuffer): GPUBindGroup {
    return device.createBindGroup({
      label: 'frame import', layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: source }, { binding: 1, resource: { buffer: target } }, { binding: 2, resource: { buffer: parameters } }],
    });
  }

  /** The frame itself, without a copy; null where the browser cannot. A bind group lives as long as its frame. */
  function bindVideo(image: VideoFrame, target: GPUBuffer): GPUBindGroup | null {
    if (!externalWorks) return null;
    try {
      return bind(video, device.importExternalTexture({ label: 'frame', source: image, colorSpace: 'srgb' }), target);
    } catch (thrown) {
      // An older browser takes only <video>; a frame that is closed fails below as well, and says so.
      if (!(thrown instanceof TypeError)) throw thrown;
      externalWorks = false;
      return null;
    }
  }

  /** Copies the part of the picture under the crop into the texture; returns where that part begins. */
  function copyPicture(image: VideoFrame | ImageBitmap, crop: CropSquare): { readonly x: number; readonly y: number } {
    const imageWidth = 'displayWidth' in image ? image.displayWidth : image.width;
    const imageHeight = 'displayHeight' in image ? image.displayHeight : image.height;
    const limit = device.limits.maxTextureDimension2D;
    const x = Math.min(imageWidth - 1, Math.max(0, Math.floor(crop.x)));
    const y = Math.min(imageHeight - 1, Math.max(0, Math.floor(crop.y)));
    const width = Math.max(1, Math.min(limit, Math.min(imageWidth, Math.ceil(crop.x + crop.sizePx)) - x));
    const height = Math.max(1, Math.min(limit, Math.min(imageHeight, Math.ceil(crop.y + crop.sizePx)) - y));
    if (texture === null || texture.width !== width || texture.height !== height) {
      texture?.destroy();
      pictureGroup = null;
      texture = device.createTexture({
        label: 'picture', size: [width, height], format: 'rgba8unorm',
        usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST | GPUTextureUsage.RENDER_ATTACHMENT,
      });
    }
    device.queue.copyExternalImageToTexture({ source: image, origin: { x, y } }, { texture, colorSpace: 'srgb', premultipliedAlpha: true }, [width, height]);
    return { x, y };
  }

  function writeParameters(source: Rectangle, sizePx: number, mirror: boolean, spec: InputSpec): void {
    const { factor, offset } = inputScaling(spec);
    floats.fill(0);
    floats.set([source.x, source.y, sizePx, sizePx, source.width, source.height], 0);
    words.set([spec.width, spec.height, spec.channels, mirror ? 1 : 0, spec.channelOrder === 'bgr' ? 1 : 0], 6);
    floats.set(factor, 12);
    floats.set(offset, 16);
    device.queue.writeBuffer(parameters, 0, bytes);
  }

  return {
    importFrame(image, crop, mirror, spec) {
      inputScaling(spec);
      const target = outputFor(spec);
      const videoGroup = 'displayWidth' in image ? bindVideo(image, target) : null;
      if (videoGroup !== null && 'displayWidth' in image) {
        writeParameters({ x: crop.x, y: crop.y, width: image.displayWidth, height: image.displayHeight }, crop.sizePx, mirror, spec);
      } else {
        const start = copyPicture(image, crop);
        if (texture === null) throw new AppError('internal', 'no texture for the frame');
        pictureGroup ??= bind(picture, texture.createView({ label: 'picture' }), target);
        writeParameters({ x: crop.x - start.x, y: crop.y - start.y, width: texture.width, height: texture.height }, crop.sizePx, mirror, spec);
      }
      const encoder = device.createCommandEncoder({ label: 'frame import' });
      const pass = encoder.beginComputePass({ label: 'frame import' });
      pass.setPipeline(videoGroup === null ? picture : video);
      pass.setBindGroup(0, videoGroup ?? pictureGroup);
      pass.dispatchWorkgroups(Math.ceil(spec.width / 8), Math.ceil(spec.height / 8));
      pass.end();
      device.queue.submit([encoder.finish()]);
      return target;
    },
    dispose() {
      output?.destroy();
      texture?.destroy();
      parameters.destroy();
      output = null;
      texture = null;
      pictureGroup = null;
    },
  };
}
