/** Shows a canvas at the page's top left corner, lets a worker draw on it, and says what the worker answered. */
export async function presentFromWorker(tier: 'wasm' | 'webgpu'): Promise<{ readonly frames: number; readonly error: string | null }> {
  const canvas = document.createElement('canvas');
  canvas.style.cssText = 'position:fixed;left:0;top:0;width:64px;height:64px';
  document.body.append(canvas);
  const worker = new Worker(new URL('./present.worker.ts', import.meta.url), { type: 'module' });
  const offscreen = canvas.transferControlToOffscreen();
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<{ readonly frames: number; readonly error: string | null }>) => resolve(data));
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage({ canvas: offscreen, tier }, [offscreen]);
  });
}
