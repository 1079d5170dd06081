import { useLayoutEffect, useRef } from 'preact/hooks';
import type { InputArray } from '../../contract/importer';

const sidePx = 44;

/** An array as a small picture: colours where it has three channels, else its first channel in grey, from its least to its largest value. */
export function ArrayThumbnail({ array }: { readonly array: InputArray }) {
  const element = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = element.current?.getContext('2d');
    if (context === null || context === undefined) return;
    const { shape: [height, width, channels], values, min, max } = array;
    const span = max > min ? max - min : 1;
    const picture = context.createImageData(sidePx, sidePx);
    for (let y = 0; y < sidePx; y += 1) {
      for (let x = 0; x < sidePx; x += 1) {
        const place = (Math.floor((y * height) / sidePx) * width + Math.floor((x * width) / sidePx)) * channels;
        for (let colour = 0; colour < 3; colour += 1) {
          picture.data[4 * (y * sidePx + x) + colour] = (255 * ((values[place + (channels === 3 ? colour : 0)] ?? min) - min)) / span;
        }
        picture.data[4 * (y * sidePx + x) + 3] = 255;
      }
    }
    context.putImageData(picture, 0, 0);
  }, [array]);
  return <canvas ref={element} width={sidePx} height={sidePx} aria-hidden="true" />;
}
