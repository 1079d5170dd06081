import { expect, test } from './harness/fixtures';
import { cards, choose, dialog, explain, longMs, newestIsDone, openPicture } from './harness/inspection';

/* What is said beside a map holds for its target, its settings and this picture. */

test('the promised time follows a setting while it is typed @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  await choose(page, 'rise');
  const promise = dialog(page).getByText(/on this device/).first();
  const secondsOf = async (): Promise<number> => {
    const [, count = '0', unit] = /about (\d+) (s|min)/.exec(await promise.innerText()) ?? [];
    return Number(count) * (unit === 'min' ? 60 : 1);
  };
  // By the time of a pass, which wavers: ten times the masks are seen all the same.
  const usual = await secondsOf();
  expect(usual).toBeGreaterThan(0);
  await dialog(page).locator('.settings summary').click();
  const masks = dialog(page).locator('.parameter[data-name="masks"] input');
  // Nothing leaves the field: every key counts.
  await masks.pressSequentially('20000');
  await expect.poll(secondsOf).toBeGreaterThan(2 * usual);
  await expect(masks).toHaveValue('20000');
  await masks.fill('2');
  await expect(promise).toHaveText(/^(Done at once|Takes about \d s)/);
  await masks.fill('');
  await expect.poll(secondsOf).toBeGreaterThan(usual / 5);
  const open = dialog(page).locator('.parameter[data-name="probability"] input');
  await open.pressSequentially('0.050');
  await expect(open, 'the text stays as it is typed').toHaveValue('0.050');
  await open.fill('7');
  await open.blur();
  await expect(open, 'put right when it is left').toHaveValue('0.95');
});

test('an answer that stays near zero is not judged, and a score below zero is not called evidence against @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app, 'lemon.webp', /^lemon/i);
  await choose(page, 'lrp-alpha1-beta0');
  await dialog(page).getByRole('combobox', { name: 'Target' }).selectOption('class');
  await dialog(page).getByRole('combobox', { name: 'Class', exact: true }).selectOption({ label: 'German shepherd' });
  await explain(page);
  const card = await newestIsDone(page);
  const trust = dialog(page).getByRole('region', { name: 'How far to trust it' });
  await expect(trust.getByText(/^−\d\.\d+ \(before the percentages\)$/)).toBeVisible();
  await expect(card.getByText(/^Blue: where the score came from/)).toBeVisible();
  await expect(card.getByText(/speaks for it/)).toHaveCount(0);
  await trust.getByRole('button', { name: 'Deletion and insertion' }).click();
  await expect(trust.getByText(/^This answer (stays|is).*this curve cannot tell$/)).toHaveCount(2, { timeout: longMs });
  await expect(trust.getByText(/than a random order \(/)).toHaveCount(0);
  await choose(page, 'grad-cam');
  await dialog(page).getByRole('combobox', { name: 'Target' }).selectOption('top');
  await explain(page);
  await newestIsDone(page);
  await trust.getByRole('button', { name: 'Deletion and insertion' }).click();
  await expect(trust.getByText(/^Better than a random order \(area 0\.\d\d, random 0\.\d\d; smaller is better\)$/)).toBeVisible({ timeout: longMs });
});

test('a check of a map that was stopped says why it cannot be made @wasm', async ({ app }) => {
  const { page } = app;
  await openPicture(app);
  await choose(page, 'rise');
  await explain(page);
  const card = cards(page).last();
  await expect(card).toHaveAttribute('data-phase', 'running');
  const trust = dialog(page).getByRole('region', { name: 'How far to trust it' });
  await card.getByRole('button', { name: /^Stop/ }).click();
  await expect(card).toHaveAttribute('data-phase', 'cancelled');
  for (const name of ['Deletion and insertion', 'Randomise the network']) {
    const check = trust.getByRole('button', { name });
    await expect(check).toBeDisabled();
    await expect(check).toHaveAccessibleDescription('Only a finished map can be checked.');
  }
  await trust.getByText('All methods that were measured').click();
  const table = trust.getByRole('region', { name: 'Pointing, all methods' });
  await expect(table.getByRole('row', { name: /^RISE \d+\.\d % \*/ })).toBeVisible();
  await expect(trust.getByText(/in part with other settings or other colours than the app’s \(marked \*\)/)).toBeVisible();
});
