import { signal, type ReadonlySignal } from '@preact/signals';

/** The three arrangements of layout.css, where the code must know which one it is. */
export const wideQuery = '(min-width: 1180px) and (min-height: 560px)';

export const isWide = followMedia(wideQuery);
/** One column: the inspection's cards stand in a strip. */
export const isNarrow = followMedia('(max-width: 759px)');
/** Little height: thumbnails shrink. */
export const isShort = followMedia('(max-height: 700px)');
/** Height for words and maps both. */
export const isTall = followMedia('(min-height: 900px)');
export const prefersLight = followMedia('(prefers-color-scheme: light)');
export const pixelRatio = followPixelRatio();

function followMedia(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener('change', () => { matches.value = list.matches; });
  return matches;
}

/** Changes when the page is zoomed or moved to another screen. More than 2 costs drawing that nobody sees. */
function followPixelRatio(): ReadonlySignal<number> {
  const read = (): number => Math.min(2, Math.max(1, devicePixelRatio));
  const ratio = signal(read());
  const follow = (): void => {
    ratio.value = read();
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', follow, { once: true });
  };
  follow();
  return ratio;
}
