import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './harness/fixtures';
import { snapshot, startCamera } from './harness/person';

const photos = join(import.meta.dirname, '../../shared/photos');
const root = join(import.meta.dirname, '..');

interface Photo {
  readonly file: string;
  readonly everyday_id?: string;
  readonly imagenet_label: string;
}

const holdFrames = 24;

/** A clip of real photographs is recognised as the validation accuracy on the card promises. They are not part of the project. */
test.describe('photographs held to the camera', () => {
  const present = existsSync(join(photos, 'index.json'));
  const card = JSON.parse(readFileSync(join(root, 'public/models/everyday/card.json'), 'utf8')) as { classes: readonly string[]; accuracy: readonly { top1: number }[] };
  const classesFile = join(root, '../shared/data/everyday-objects/classes.json');
  const names = present ? new Map((JSON.parse(readFileSync(classesFile, 'utf8')) as { id: string; name: string }[]).map(({ id, name }) => [id, name])) : new Map<string, string>();
  const chosen = present ? (JSON.parse(readFileSync(join(photos, 'index.json'), 'utf8')) as Photo[]).filter(({ everyday_id }) => everyday_id !== undefined).slice(0, 40) : [];
  test.use({ camera: present ? { pictures: chosen.map(({ file }) => join(photos, file)), holdFrames } : 'pattern' });

  test('are recognised as often as the card says, less three standard errors @wasm', async ({ app }) => {
    test.skip(!present, '../shared/photos is not on this machine; picture.e2e.ts checks the built-in pictures');
    test.setTimeout(400_000);
    await startCamera(app);
    const counts = new Map<string, number>();
    const endMs = Date.now() + 2 * chosen.length * (holdFrames / 30) * 1000;
    while (Date.now() < endMs) {
      const [top] = (await snapshot(app.page)).predictions;
      if (top !== undefined) counts.set(top.label, (counts.get(top.label) ?? 0) + 1);
      await app.page.waitForTimeout(60);
    }
    // A photograph is shown for 0.8 s twice; its label must have been the answer for some 0.2 s of that.
    const right = chosen.filter(({ everyday_id }) => (counts.get(names.get(everyday_id ?? '') ?? '') ?? 0) >= 4).length;
    const promised = card.accuracy[0]?.top1 ?? 1;
    const least = promised - 3 * Math.sqrt((promised * (1 - promised)) / chosen.length);
    console.log(`recognition: ${right} of ${chosen.length} photographs; the card promises ${(promised * 100).toFixed(1)} %`);
    expect(right / chosen.length).toBeGreaterThanOrEqual(least);
  });
});
