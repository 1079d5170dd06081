import { expect, test } from './harness/fixtures';
import { layerButtons, snapshot, startCamera, waitForFrames } from './harness/person';

/** The counts are refreshed twice a second: read when two readings agree. */
async function readMemory(page: Parameters<typeof snapshot>[0]): Promise<{ tensors: number; bytes: number; openFrames: number }> {
  await page.getByRole('button', { name: 'Freeze' }).click();
  await page.waitForTimeout(2500);
  const { memory } = await snapshot(page);
  await page.getByRole('button', { name: 'Resume' }).click();
  return memory;
}

test('500 live frames leave tensors, bytes and open frames where they were', async ({ app }) => {
  test.setTimeout(900_000);
  const { page } = app;
  await startCamera(app);
  await layerButtons(page).nth(4).click();
  await waitForFrames(page, 10);
  const before = await readMemory(page);
  await waitForFrames(page, 500, 800_000);
  const after = await readMemory(page);
  expect(before.tensors).toBeGreaterThan(0);
  expect(after).toEqual(before);
});
