import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Size } from '../page/use-size';

const smallestZoom = 0.2;
const largestZoom = 2.5;

interface PanAndZoom {
  readonly zoom: number;
  readonly zoomBy: (factor: number) => void;
  readonly fit: () => void;
  readonly handlers: { readonly onPointerDown: (event: PointerEvent) => void };
}

/**
 * Zoom of a drawing in a scrolling element. The browser scrolls it (finger, wheel, keys); added are dragging with the mouse,
 * pinching, and the wheel with Ctrl.
 */
export function usePanAndZoom(scroller: RefObject<HTMLDivElement>, drawing: { readonly width: number; readonly height: number }, size: Size): PanAndZoom {
  const [chosen, setChosen] = useState<number | null>(null);
  const fitted = size.widthPx === 0 ? 1 : Math.min(1, Math.max(0.55, size.widthPx / Math.max(1, drawing.width)));
  const zoom = chosen ?? fitted;
  const zoomRef = useRef(zoom);
  zoomRef.current = zoom;

  /** The place under (x, y), in pixels of the element, stays where it is. */
  const zoomTo = (next: number, x: number, y: number): void => {
    const element = scroller.current;
    const before = zoomRef.current;
    const after = Math.min(largestZoom, Math.max(smallestZoom, next));
    if (element === null || after === before) return;
    const left = ((element.scrollLeft + x) / before) * after - x;
    const top = ((element.scrollTop + y) / before) * after - y;
    zoomRef.current = after;
    setChosen(after);
    requestAnimationFrame(() => element.scrollTo(left, top));
  };

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const handleWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoomTo(zoomRef.current * Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
    };
    let pinch: { readonly spread: number; readonly zoom: number } | null = null;
    const handleTouch = (event: TouchEvent): void => {
      const [first, second] = event.touches;
      if (first === undefined || second === undefined) {
        pinch = null;
        return;
      }
      const spread = Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY);
      if (event.type === 'touchstart' || pinch === null) pinch = { spread, zoom: zoomRef.current };
      if (event.cancelable) event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoomTo((pinch.zoom * spread) / Math.max(1, pinch.spread), (first.clientX + second.clientX) / 2 - left, (first.clientY + second.clientY) / 2 - top);
    };
    // Passive listeners could not keep the browser from zooming the whole page.
    element.addEventListener('wheel', handleWheel, { passive: false });
    for (const name of ['touchstart', 'touchmove', 'touchend'] as const) element.addEventListener(name, handleTouch, { passive: false });
    return () => {
      element.removeEventListener('wheel', handleWheel);
      for (const name of ['touchstart', 'touchmove', 'touchend'] as const) element.removeEventListener(name, handleTouch);
    };
  }, []);

  const onPointerDown = (event: PointerEvent): void => {
    const element = scroller.current;
    if (element === null || event.pointerType !== 'mouse' || event.button !== 0) return;
    if (event.target instanceof Element && event.target.closest('button') !== null) return;
    const start = { x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop };
    element.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent): void => element.scrollTo(start.x - moved.clientX, start.y - moved.clientY);
    const end = (): void => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', end);
      element.removeEventListener('pointercancel', end);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', end);
    element.addEventListener('pointercancel', end);
  };

  const zoomBy = (factor: number): void => {
    const element = scroller.current;
    zoomTo(zoomRef.current * factor, (element?.clientWidth ?? 0) / 2, (element?.clientHeight ?? 0) / 2);
  };
  return { zoom, zoomBy, fit: () => setChosen(null), handlers: { onPointerDown } };
}
