import { expect, test } from './harness/fixtures';
import { cards, choose, dialog, explain, longMs, newestIsDone, openPicture, paint } from './harness/inspection';
import { openPictures, startCamera, waitForFrames } from './harness/person';

const changed = 'The picture has changed since';

test('a slow map is of its picture again when the stroke is taken back @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  await choose(page, 'occlusion');
  await explain(page);
  const slow = await newestIsDone(page);
  await expect(slow.getByText(changed)).toHaveCount(0);
  await paint(page, 'Erase', [0.25, 0.5], [0.75, 0.6]);
  await expect(slow.getByText(changed)).toBeVisible({ timeout: longMs });
  const subject = dialog(page).getByRole('article', { name: 'Frozen frame' });
  await subject.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(slow.getByText(changed)).toHaveCount(0);
  await subject.getByRole('button', { name: 'Redo', exact: true }).click();
  await expect(slow.getByText(changed)).toBeVisible({ timeout: longMs });
});

test('the last frozen frames: stepped through, each with its maps and its strokes @wasm', async ({ app }) => {
  const { page } = app;
  await startCamera(app);
  const inspect = page.getByRole('button', { name: 'Inspect this frame' });
  const strip = dialog(page).getByRole('group', { name: 'Last frozen frames' });
  const frames = strip.getByRole('button');
  const subject = dialog(page).getByRole('article', { name: 'Frozen frame' });
  const redo = subject.getByRole('button', { name: 'Redo', exact: true });
  await inspect.click();
  await newestIsDone(page);
  await expect(strip, 'one alone that is on screen leads nowhere').toHaveCount(0);
  await choose(page, 'occlusion');
  await explain(page);
  const slow = await newestIsDone(page);
  await paint(page, 'Erase', [0.2, 0.5], [0.8, 0.5]);
  await expect(subject.getByRole('button', { name: 'Undo', exact: true })).toBeEnabled();
  await dialog(page).getByRole('button', { name: 'Close the inspection' }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await waitForFrames(page, 20);
  await inspect.click();
  await expect(frames).toHaveCount(2);
  await expect(frames.nth(1)).toHaveAttribute('aria-current', 'true');
  await expect(slow.getByText(changed)).toBeVisible({ timeout: longMs });
  await expect(redo).toBeDisabled();
  await frames.nth(0).click();
  await expect(frames.nth(0)).toHaveAttribute('aria-current', 'true');
  await expect(frames.nth(1)).toHaveAttribute('aria-current', 'false');
  await expect(slow.getByText(changed), 'it is of this frame').toHaveCount(0);
  // What was painted over it was not lost.
  await redo.click();
  await expect(slow.getByText(changed)).toBeVisible({ timeout: longMs });
  await expect(frames.nth(0), 'painted over, it is the same frame').toHaveAttribute('aria-current', 'true');
  await expect(cards(page).first()).toHaveAttribute('data-phase', 'done', { timeout: longMs });

  await dialog(page).getByRole('button', { name: 'Close the inspection' }).click();
  const picture = await page.screenshot();
  await openPictures(page, [{ name: 'mine.png', mimeType: 'image/png', buffer: picture }]);
  await expect(page.getByRole('button', { name: 'Resume' })).toHaveCount(0);
  await inspect.click();
  await expect(frames).toHaveCount(2);
  for (const index of [0, 1]) await expect(frames.nth(index), 'a file is none of them').toHaveAttribute('aria-current', 'false');
});
