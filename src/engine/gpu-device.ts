import { AppError } from '../contract/errors';

/** What tfjs asks for when it makes a device itself; more is only claimed where the adapter has it. */
const wantedLimits = [
  'maxComputeWorkgroupStorageSize', 'maxComputeWorkgroupsPerDimension', 'maxStorageBufferBindingSize', 'maxBufferSize',
  'maxComputeWorkgroupSizeX', 'maxComputeInvocationsPerWorkgroup',
] as const;

export interface FoundAdapter {
  readonly adapter: GPUAdapter | null;
  /** The adapter's name, or why there is none. */
  readonly why: string;
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** True for adapters that draw with the CPU; slower than our WASM tier. */
function isSoftwareAdapter(adapter: GPUAdapter): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const old = (adapter as { readonly isFallbackAdapter?: boolean }).isFallbackAdapter === true;
  return old || isFallbackAdapter === true || softwareNames.test([vendor, architecture, device, description].join(' '));
}

function describe(adapter: GPUAdapter): string {
  const { description, vendor, architecture } = adapter.info;
  return description !== '' ? description : [vendor, architecture].filter((part) => part !== '').join(' ') || 'an unnamed GPU';
}

/**
 * Asks for an adapter in the thread that will use it.
 *
 * @param acceptSoftware  true only where a person or a test forced WebGPU
 */
export async function requestRealAdapter(acceptSoftware: boolean): Promise<FoundAdapter> {
  const gpu = typeof navigator === 'undefined' ? undefined : (navigator as { readonly gpu?: GPU }).gpu;
  if (gpu === undefined) return { adapter: null, why: 'no WebGPU in this browser' };
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return { adapter: null, why: 'WebGPU has no adapter' };
  if (!acceptSoftware && isSoftwareAdapter(adapter)) return { adapter: null, why: `WebGPU only has a software adapter (${describe(adapter)})` };
  return { adapter, why: describe(adapter) };
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
