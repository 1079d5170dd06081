import { expect, test } from '../../e2e/harness/fixtures';
import { colourAt } from '../../src/contract/colour-map';

for (const tier of ['wasm', 'webgpu'] as const) {
  test(`what a worker draws on the page's canvas is on the screen: ${tier}`, async ({ sourcePage }) => {
    const answer = await sourcePage.run('/test/gpu/cases/present.ts', 'presentFromWorker', tier);
    expect(answer).toEqual({ frames: 3, error: null });
    await expect(async () => {
      const picture = await sourcePage.page.screenshot({ clip: { x: 0, y: 0, width: 64, height: 64 } });
      const colours = await sourcePage.page.evaluate(async (base64) => {
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]));
        const context = new OffscreenCanvas(64, 64).getContext('2d');
        context?.drawImage(bitmap, 0, 0);
        return [[10, 10], [50, 50]].map(([x = 0, y = 0]) => [...context?.getImageData(x, y, 1, 1).data ?? []].slice(0, 3));
      }, picture.toString('base64'));
      expect(colours).toEqual([[...colourAt('inferno', 0)], [...colourAt('inferno', 1)]]);
    }).toPass();
  });
}
