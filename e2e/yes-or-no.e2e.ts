import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { writeModel } from '../test/conformance/onnx-model';
import { dropFiles, questions } from './harness/bring-network';
import { expect, test } from './harness/fixtures';
import { openPictures, predictionItems, snapshot } from './harness/person';

const longMs = 120_000;
const picture = { name: 'lemon.webp', mimeType: 'image/webp', buffer: readFileSync(join(import.meta.dirname, '../public/gallery/lemon.webp')) };
/** How yellow it is: red and green that are not blue, through a sigmoid. `outputs` questions of different strictness. */
function makeYellowNetwork(outputs: number): Uint8Array {
  const nodes = [
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'], attributes: { pads: [1, 1, 1, 1] } }, { op: 'Relu', inputs: ['c'], outputs: ['r'] },
    { op: 'GlobalAveragePool', inputs: ['r'], outputs: ['g'] }, { op: 'Flatten', inputs: ['g'], outputs: ['f'] },
    { op: 'Gemm', inputs: ['f', 'd', 'b'], outputs: ['z'], attributes: { transB: 1 } }, { op: 'Sigmoid', inputs: ['z'], outputs: ['y'] },
  ];
  const kernel = (red: number, green: number, blue: number): readonly number[] => [red, green, blue].flatMap((colour) => Array.from({ length: 9 }, () => colour / 9));
  return writeModel({ opset: 17, input: [1, 3, 48, 48], nodes, constants: {
    w: { dims: [2, 3, 3, 3], values: [...kernel(0.6, 0.6, -1.2), ...kernel(-0.5, -0.5, 1)] },
    d: { dims: [outputs, 2], values: Array.from({ length: outputs }, (_, output) => [9 - 3 * output, -9 + 3 * output]).flat() },
    b: { dims: [outputs], values: Array.from({ length: outputs }, () => -2.3) },
  } });
}

async function bring(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await openPictures(page, [picture]);
  await dropFiles(page, [{ name: `${name}.onnx`, bytes }]);
  await questions(page).getByRole('radio', { name: '0 to 1', exact: true }).check();
  await questions(page).getByRole('textbox', { name: 'Name' }).fill(name);
  await questions(page).getByRole('button', { name: 'Keep' }).click();
  await expect(questions(page)).toHaveCount(0);
  await expect.poll(async () => (await snapshot(page)).network).toMatch(/^kept-/);
}

test('a network of one answer is explained in its own words @wasm', async ({ app }) => {
  test.setTimeout(400_000);
  const { page } = app;
  await app.open({ debug: '' });
  await bring(page, 'yellow', makeYellowNetwork(1));
  await expect(predictionItems(page)).toHaveCount(1);
  await expect(predictionItems(page).first()).toHaveAccessibleName(/^yes, \d+ %/);
  await expect(page.getByText('It says only how likely this is')).toBeVisible();
  await page.getByRole('button', { name: 'Inspect this frame' }).click();
  const dialog = page.getByRole('dialog', { name: 'Inspection' });
  const newest = dialog.locator('.map-card:not(.subject)').last();
  await expect(newest).toHaveAttribute('data-phase', 'done', { timeout: longMs });
  await expect(dialog.getByRole('combobox', { name: 'Target' }).locator('option')).toHaveText(['its one answer (yes)', 'a channel of a layer']);

  const methods = dialog.getByRole('combobox', { name: 'Method', exact: true });
  for (const id of ['cam', 'guided-backprop', 'rise', 'prediction-difference']) {
    await methods.selectOption(id);
    await expect(methods.locator(`option[value="${id}"]`)).not.toContainText('not for this network');
    if (id === 'rise') {
      await dialog.locator('.settings summary').click();
      await dialog.locator('.parameter[data-name="masks"] input').fill('60');
      await dialog.locator('.settings summary').click();
    }
    await dialog.getByRole('button', { name: 'Explain', exact: true }).click();
    await expect(newest).toHaveAccessibleName(/ for yes$/);
    await expect(newest).toHaveAttribute('data-phase', 'done', { timeout: longMs });
    await expect(newest).not.toContainText(/not numbers|points at nothing/);
  }
  await dialog.getByRole('button', { name: 'Deletion and insertion' }).click();
  const curves = dialog.locator('.curve');
  await expect(curves).toHaveCount(2, { timeout: longMs });
  // Both ends are the network's answer on two pictures; with one answer made to fill 100 % the areas were 1.
  await expect(curves.first()).not.toContainText('area 1.00');
});

test('answers that stand alone are not shares of one @wasm', async ({ app }) => {
  const { page } = app;
  await app.open({ debug: '' });
  await bring(page, 'yellows', makeYellowNetwork(3));
  await expect(predictionItems(page)).toHaveCount(3);
  const { predictions } = await snapshot(page);
  expect(predictions.reduce((sum, { probability }) => sum + probability, 0)).toBeGreaterThan(1.1);
  await expect(page.getByText(/Each answer stands alone|The network is unsure: \d answers? close to 50 %/)).toBeVisible();
});
