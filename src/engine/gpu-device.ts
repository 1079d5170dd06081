import { AppError } from '../contract/errors';

/** What tfjs asks for when it makes a device itself; more is only claimed where the adapter has it. */
const wantedLimits = [
  'maxComputeWorkgroupStorageSize', 'maxComputeWorkgroupsPerDimension', 'maxStorageBufferBindingSize', 'maxBufferSize',
  'maxComputeWorkgroupSizeX', 'maxComputeInvocationsPerWorkgroup',
] as const;

export interface FoundAdapter {
  readonly adapter: GPUAdapter | null;
  /** What the adapter says of itself; null: nothing, or there is none. */
  readonly info: GPUAdapterInfo | null;
  /** The adapter's name, or why there is none. */
  readonly why: string;
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** True for adapters that draw with the CPU; slower than our WASM tier. */
function isSoftwareAdapter(adapter: GPUAdapter, info: GPUAdapterInfo | null): boolean {
  const old = (adapter as { readonly isFallbackAdapter?: boolean }).isFallbackAdapter === true;
  if (old || info === null) return old;
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  return isFallbackAdapter === true || softwareNames.test([vendor, architecture, device, description].join(' '));
}

function describe(info: GPUAdapterInfo | null): string {
  const { description = '', vendor = '', architecture = '' } = info ?? {};
  return description !== '' ? description : [vendor, architecture].filter((part) => part !== '').join(' ') || 'an unnamed GPU';
}

/** `info` came with Chrome 127; before, it was asked for. */
async function readInfo(adapter: GPUAdapter): Promise<GPUAdapterInfo | null> {
  const older = adapter as { readonly info?: GPUAdapterInfo; requestAdapterInfo?(): Promise<GPUAdapterInfo> };
  return older.info ?? await older.requestAdapterInfo?.() ?? null;
}

/** Whether a canvas of this thread can be drawn on: a browser may compute with WebGPU in workers and not draw there (Firefox on a Mac). */
function canDraw(): boolean {
  return typeof OffscreenCanvas !== 'undefined' && new OffscreenCanvas(1, 1).getContext('webgpu') !== null;
}

const none = (why: string): FoundAdapter => ({ adapter: null, info: null, why });

/**
 * Asks for an adapter in the thread that will use it.
 *
 * @param acceptSoftware  true only where a person or a test forced WebGPU
 */
export async function requestRealAdapter(acceptSoftware: boolean): Promise<FoundAdapter> {
  const gpu = typeof navigator === 'undefined' ? undefined : (navigator as { readonly gpu?: GPU }).gpu;
  if (gpu === undefined) return none('no WebGPU in this browser');
  if (!canDraw()) return none('this browser cannot draw with WebGPU in a worker');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return none('WebGPU has no adapter');
  const info = await readInfo(adapter);
  if (!acceptSoftware && isSoftwareAdapter(adapter, info)) return none(`WebGPU only has a software adapter (${describe(info)})`);
  return { adapter, info, why: describe(info) };
}

/** A device with the limits tfjs needs, labelled. The caller owns it. @throws AppError 'backend-unavailable' */
export async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of wantedLimits) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures: GPUFeatureName[] = adapter.features.has('bgra8unorm-storage') ? ['bgra8unorm-storage'] : [];
  try {
    return await adapter.requestDevice({ label: 'innerview', requiredLimits, requiredFeatures });
  } catch (thrown) {
    throw new AppError('backend-unavailable', `no device: ${thrown instanceof Error ? thrown.message : String(thrown)}`, true, { cause: thrown });
  }
}
