import { afterEach, describe, expect, it, vi } from 'vitest';
import { requestRealAdapter } from './gpu-device';

const named = { vendor: 'acme', architecture: 'one', device: '', description: '', isFallbackAdapter: false } as GPUAdapterInfo;

/** A worker of a browser with such an adapter. @param canvas  what its canvases give for 'webgpu' */
function pretend(adapter: unknown, canvas: object | null = {}): void {
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => adapter } });
  vi.stubGlobal('OffscreenCanvas', class { getContext(): object | null { return canvas; } });
}

describe('requestRealAdapter', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('finds an adapter and says its name', async () => {
    pretend({ info: named });
    expect(await requestRealAdapter(false)).toEqual({ adapter: { info: named }, info: named, why: 'acme one' });
  });

  it('asks older browsers for the name, and goes without where there is none', async () => {
    pretend({ requestAdapterInfo: async () => named });
    expect(await requestRealAdapter(false)).toMatchObject({ info: named, why: 'acme one' });
    pretend({});
    expect(await requestRealAdapter(false)).toEqual({ adapter: {}, info: null, why: 'an unnamed GPU' });
  });

  it('refuses a software adapter, whichever way it says so, unless it is forced', async () => {
    for (const software of [{ info: { ...named, device: 'SwiftShader' } }, { info: { ...named, isFallbackAdapter: true } }, { isFallbackAdapter: true }, { requestAdapterInfo: async () => ({ ...named, description: 'llvmpipe' }) }]) {
      pretend(software);
      expect(await requestRealAdapter(false)).toMatchObject({ adapter: null, why: expect.stringContaining('software adapter') as string });
      expect((await requestRealAdapter(true)).adapter).toBe(software);
    }
  });

  it('needs canvases that can be drawn on, also where it is forced', async () => {
    pretend({ info: named }, null);
    expect(await requestRealAdapter(true)).toEqual({ adapter: null, info: null, why: 'this browser cannot draw with WebGPU in a worker' });
    vi.stubGlobal('OffscreenCanvas', undefined);
    expect((await requestRealAdapter(false)).adapter).toBeNull();
  });

  it('says what is missing', async () => {
    pretend(null);
    expect(await requestRealAdapter(false)).toMatchObject({ adapter: null, why: 'WebGPU has no adapter' });
    vi.stubGlobal('navigator', {});
    expect(await requestRealAdapter(false)).toMatchObject({ adapter: null, why: 'no WebGPU in this browser' });
  });
});
