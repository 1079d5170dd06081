import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';

export interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The size of an element's content box, kept up to date. */
export function useSize<T extends HTMLElement>(): readonly [RefObject<T>, Size] {
  const element = useRef<T>(null);
  const [size, setSize] = useState<Size>({ widthPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    const observed = element.current;
    if (observed === null) return undefined;
    const read = (): void => {
      const style = getComputedStyle(observed);
      const widthPx = observed.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const heightPx = observed.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
      setSize((before) => (before.widthPx === widthPx && before.heightPx === heightPx ? before : { widthPx, heightPx }));
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(observed);
    return () => observer.disconnect();
  }, []);
  return [element, size];
}
