import type { Page } from 'playwright';
import { allDone, choose, press, settle, squareOf, sweep, until } from './window-page';

/** One thing a person does in the inspection; `prepare` is not measured. */
export interface WindowAction {
  readonly name: string;
  readonly prepare?: (page: Page) => Promise<void>;
  readonly act: (page: Page) => Promise<void>;
}

/** A method that takes longer is stopped then: what it does to the window repeats. */
const longestMethodMs = 4000;
const newestMap = '.map-card:not(.subject):last-of-type';

async function explain(page: Page, method: string): Promise<void> {
  await choose(page, 'Method', method);
  await press(page, '.method-form button[type="submit"]');
  await until(page, `${newestMap}[data-phase="running"]`, { timeoutMs: 500 });
  if (!await until(page, `${newestMap}[data-phase="running"]`, { gone: true, timeoutMs: longestMethodMs })) {
    await press(page, `${newestMap} button[title="Stop"]`);
    await allDone(page);
  }
  await settle(page, 200);
}

const methods = [
  'grad-cam', 'grad-cam++', 'layer-cam', 'hires-cam', 'score-cam', 'eigen-cam', 'cam', 'guided-grad-cam', 'gradient', 'saliency', 'gradient-x-input',
  'smooth-grad', 'var-grad', 'integrated-gradients', 'guided-backprop', 'deconvnet', 'lrp-composite', 'lrp-epsilon', 'lrp-gamma', 'lrp-alpha1-beta0', 'deep-lift',
  'occlusion', 'prediction-difference', 'rise',
] as const;

/** A detailed picture of 1920 x 1080 pixels, several megabytes as a PNG, kept in the page. */
async function makeLargePicture(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(1920, 1080);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no drawing context');
    const pixels = context.createImageData(1920, 1080);
    for (let place = 0; place < pixels.data.length; place += 4) {
      const x = (place / 4) % 1920;
      const y = Math.floor(place / 4 / 1920);
      const noise = Math.sin(x * 12.9898 + y * 78.233) * 43758.5453;
      const light = 110 + 70 * Math.sin(x / 190) * Math.cos(y / 130) + 60 * (noise - Math.floor(noise));
      pixels.data.set([light, light * 0.8, 255 - light, 255], place);
    }
    context.putImageData(pixels, 0, 0);
    Object.assign(globalThis, { kept: { file: await canvas.convertToBlob({ type: 'image/png' }) } });
  });
}

/** Gives the page the file that was kept in it, as if a person had chosen it. */
async function giveFile(page: Page, input: string, name: string): Promise<void> {
  await page.evaluate(([selector, fileName]) => {
    const { kept } = globalThis as unknown as { kept: { file?: Blob } };
    const found = document.querySelector<HTMLInputElement>(selector);
    if (found === null || kept.file === undefined) throw new Error(`no file for ${selector}`);
    const given = new DataTransfer();
    given.items.add(new File([kept.file], fileName, { type: kept.file.type }));
    found.files = given.files;
    found.dispatchEvent(new Event('change', { bubbles: true }));
  }, [input, name] as const);
  await settle(page, 3000);
}

/** The maps that follow a changed picture, beside the picture: two of them, and two slower ones. */
async function fillWithMaps(page: Page, chosen: readonly string[]): Promise<void> {
  while (await until(page, '.map-card:not(.subject)', { timeoutMs: 0 })) {
    await press(page, '.map-card:not(.subject) button[title="Remove"]');
    await settle(page, 50);
  }
  for (const method of chosen) await explain(page, method);
}

/** Keeps the next file that is saved or shared, in the page. Headless browsers have no system sheet; all up to it is measured. */
const catchFiles = `
  globalThis.kept = {};
  const make = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (file) => { if (file instanceof Blob) kept.file = file; return make(file); };
  HTMLAnchorElement.prototype.click = () => undefined;
  navigator.canShare = () => true;
  navigator.share = async ({ files }) => { kept.file = files[0]; };
  undefined;
`;

async function saveMap(page: Page, item: string): Promise<void> {
  await press(page, `${newestMap} button[title="Save"]`);
  await until(page, '[role="menuitem"]');
  await press(page, '[role="menuitem"]', item);
  await settle(page, 800);
}

async function stroke(page: Page, tool: string): Promise<void> {
  await press(page, '.paint-tools button', tool);
  await until(page, '.brush');
  const square = await squareOf(page, '.brush');
  await page.mouse.move(square.x + square.side * 0.5, square.y + square.side * 0.1);
  await page.mouse.down();
  await sweep(page, square, 120);
  await page.mouse.up();
  await settle(page);
  await allDone(page);
  await settle(page);
}

/** A job that goes on while other things are looked at, started as `?debug` allows. */
async function startLongJob(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { innerview } = globalThis as unknown as { innerview: { runJob(job: string, what: unknown): Promise<unknown> } };
    void innerview.runJob('bench', { kind: 'explain', method: 'rise', target: { kind: 'top' }, layer: null, parameters: {} }).catch(() => undefined);
  });
}

/** In the order in which they are done: each begins where the one before ended. Begins with the camera running. */
export const windowActions: readonly WindowAction[] = [
  { name: 'freeze', act: async (page) => { await press(page, 'button', 'Freeze'); await settle(page, 1500); } },
  { name: 'resume', act: async (page) => { await press(page, 'button', 'Resume'); await settle(page, 800); } },
  { name: 'open-inspection', act: async (page) => { await press(page, 'button', 'Inspect this frame'); await until(page, '.map-card[data-phase="done"]'); await settle(page, 1500); } },
  {
    name: 'frozen-frames', prepare: async (page) => {
      for (let count = 0; count < 3; count += 1) {
        await press(page, 'button', 'Close the inspection');
        await settle(page, 300);
        await press(page, 'button', 'Resume');
        await settle(page, 700);
        await press(page, 'button', 'Inspect this frame');
        await settle(page, 1200);
      }
    },
    act: async (page) => {
      for (const name of ['Frozen frame 1', 'Frozen frame 2', 'Frozen frame 3']) {
        await press(page, '.moments button', name);
        await settle(page, 700);
      }
    },
  },
  {
    name: 'open-large-picture', prepare: async (page) => { await press(page, 'button', 'Close the inspection'); await makeLargePicture(page); },
    act: (page) => giveFile(page, ':not(.inspection-file) > input[type="file"]', 'large.png'),
  },
  { name: 'inspect-large-picture', act: async (page) => { await press(page, 'button', 'Inspect this frame'); await until(page, '.map-card[data-phase="done"]'); await settle(page, 1500); } },
  ...methods.map((method): WindowAction => ({ name: `method-${method}`, act: (page) => explain(page, method) })),
  {
    name: 'crosshair-over-four-maps', prepare: (page) => fillWithMaps(page, ['grad-cam', 'gradient-x-input', 'integrated-gradients', 'lrp-composite']),
    act: async (page) => { await sweep(page, await squareOf(page, `${newestMap} .map-canvas`), 200); await settle(page, 800); },
  },
  {
    name: 'tap-a-place', act: async (page) => {
      const { x, y, side } = await squareOf(page, '.subject .map-canvas');
      for (const share of [0.3, 0.5, 0.7]) {
        await page.mouse.click(x + side * share, y + side * share);
        await settle(page, 700);
      }
    },
  },
  {
    name: 'strength-and-colours', act: async (page) => {
      for (let percent = 0; percent <= 100; percent += 5) {
        await page.evaluate((value) => {
          const slider = document.querySelector<HTMLInputElement>('input[aria-label="Strength of the maps"]');
          if (slider === null) throw new Error('no strength');
          slider.value = String(value);
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }, percent);
        await settle(page, 20);
      }
      await choose(page, 'Where the colours end', 'largest');
      await settle(page, 200);
      await choose(page, 'Where the colours end', 'percentile');
      await settle(page, 200);
      for (const _ of ['on', 'off']) {
        await press(page, '.view-controls input[type="checkbox"]');
        await settle(page, 200);
      }
    },
  },
  {
    name: 'reopen-with-four-maps', prepare: async (page) => { await press(page, 'button', 'Close the inspection'); await settle(page); },
    act: async (page) => { await press(page, 'button', 'Inspect this frame'); await until(page, '.map-card[data-phase="done"]'); await settle(page, 1000); },
  },
  { name: 'deletion-and-insertion', act: async (page) => { await press(page, '.trust button', 'Deletion and insertion'); await until(page, '.curve'); await settle(page); } },
  { name: 'sanity-check', act: async (page) => { await press(page, '.trust button', 'Randomise the network'); await until(page, '.sanity-table'); await settle(page); } },
  {
    name: 'ranking', act: async (page) => {
      await press(page, '.ranking button', 'Rank');
      await settle(page, 10_000);
      if (await until(page, '.ranking .map-progress', { timeoutMs: 0 })) await press(page, '.ranking .map-progress button', 'Stop');
      await until(page, '.ranking .map-progress', { gone: true });
    },
  },
  { name: 'save-png', prepare: (page) => page.evaluate(catchFiles), act: (page) => saveMap(page, 'Picture') },
  { name: 'save-npy', act: (page) => saveMap(page, 'Numbers') },
  { name: 'save-json', act: (page) => saveMap(page, 'Everything') },
  { name: 'share', act: (page) => saveMap(page, 'Share') },
  { name: 'save-inspection', act: async (page) => { await press(page, '.inspection-file button', 'Save inspection'); await settle(page, 3000); } },
  { name: 'open-saved-inspection', act: (page) => giveFile(page, '.inspection-file input', 'bench.inspection.zip') },
  { name: 'erase', prepare: (page) => fillWithMaps(page, ['grad-cam', 'gradient', 'guided-backprop', 'lrp-composite']), act: (page) => stroke(page, 'Erase') },
  { name: 'blur', act: (page) => stroke(page, 'Blur') },
  { name: 'move', act: (page) => stroke(page, 'Move') },
  {
    name: 'undo-and-redo', act: async (page) => {
      for (const name of ['Undo', 'Undo', 'Redo', 'Take all changes back']) {
        await press(page, '.paint-tools button', name);
        await settle(page, 600);
      }
      await allDone(page);
    },
  },
  { name: 'close-inspection', act: async (page) => { await press(page, 'button', 'Close the inspection'); await settle(page, 800); } },
  {
    name: 'layers-while-a-job-runs', prepare: startLongJob, act: async (page) => {
      const count = await page.evaluate(() => document.querySelectorAll('nav[aria-label="Layers"] button').length);
      for (let index = 0; index < count; index += 3) {
        await page.evaluate((at) => { document.querySelectorAll<HTMLElement>('nav[aria-label="Layers"] button')[at]?.click(); }, index);
        await settle(page, 300);
      }
    },
  },
  {
    name: 'network-page-while-a-job-runs', act: async (page) => {
      await page.evaluate(() => { location.hash = 'page=network'; });
      await settle(page, 3000);
      await page.evaluate(() => { location.hash = ''; });
      await settle(page, 800);
    },
  },
];
