import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CSSProperties } from 'preact';
import type { SurfaceLayout } from '../../contract/stage-layout';
import { attachSurface, detachSurface, layoutSurface, nameSurface } from '../../state/actions/place-surface';
import { status } from '../../state/worker-state';

interface SurfaceProps {
  /** What it shows, in a word; also a hook for tests. */
  readonly purpose: string;
  readonly layout: SurfaceLayout;
  readonly class?: string;
  readonly style?: CSSProperties;
  /** What a person who does not see it should know; without it the canvas is decoration. */
  readonly label?: string;
}

/** A canvas that the worker draws on. A new worker needs a new canvas, hence the key. */
export function Surface(props: SurfaceProps) {
  return <SurfaceCanvas key={status.value.generation} {...props} />;
}

function SurfaceCanvas({ purpose, layout, class: className, style, label }: SurfaceProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<string | null>(null);
  const [shownKey, setShownKey] = useState('');
  const layoutKey = JSON.stringify(layout);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    element.width = layout.widthPx;
    element.height = layout.heightPx;
    const name = nameSurface(purpose);
    surface.current = name;
    void attachSurface(name, element.transferControlToOffscreen(), layout).then(() => setShownKey((key) => (key === '' ? layoutKey : key)));
    return () => {
      surface.current = null;
      detachSurface(name);
    };
  }, []);
  const first = useRef(true);
  useLayoutEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    if (surface.current !== null) void layoutSurface(surface.current, layout).then(() => setShownKey(layoutKey));
  }, [layoutKey]);
  // A canvas that moved to another page of the list stays out of sight until it shows that page.
  const visibility = shownKey === '' ? 'hidden' : 'visible';
  return (
    <canvas ref={canvas} class={className} style={{ visibility, ...style }} data-surface={purpose}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })} />
  );
}
