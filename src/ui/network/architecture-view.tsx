import { useSignalEffect } from '@preact/signals';
import { FoldVertical, Minus, MoveHorizontal, Plus, UnfoldVertical } from 'lucide-preact';
import { curveMonotoneY, line } from 'd3-shape';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { colourAt, colourGradient } from '../../contract/colour-map';
import { spec } from '../../state/choices';
import { activity, blocks, closeAllGroups, openAllGroups, openGroups, selectedId, toggleGroup } from '../../state/network-page';
import { levelOf } from '../../state/network-page-activity';
import { nodesOf } from '../../state/network-page-groups';
import { useSize } from '../page/use-size';
import { layOutGraph, type Box, type Drawing } from './lay-out-graph';
import { GraphBox } from './graph-box';
import { usePanAndZoom } from './use-pan-and-zoom';

const calmPeriodMs = 1000;
/** More boxes than this are drawn only where they are seen. */
const cullFrom = 90;
const cullMarginPx = 400;
const path = line<{ readonly x: number; readonly y: number }>((point) => point.x, (point) => point.y).curve(curveMonotoneY);

/** The architecture as a graph one can walk through: by mouse, by finger, by arrow keys. */
export function ArchitectureView() {
  const items = blocks.value;
  const open = openGroups.value;
  const drawing = useMemo(() => layOutGraph(items, open), [items, open]);
  const [scroller, size] = useSize<HTMLDivElement>();
  const { zoom, zoomBy, fit, handlers } = usePanAndZoom(scroller, drawing, size);
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const [scrolled, setScrolled] = useState({ left: 0, top: 0 });
  const sheet = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ readonly id: string; readonly left: number; readonly top: number } | null>(null);
  const current = drawing.boxes.find(({ item }) => item.id === focusedId) ?? drawing.boxes[0];
  useGlow(sheet, drawing);
  useReveal(scroller, drawing, zoom);

  // What was tapped stays under the finger while everything around it moves.
  useLayoutEffect(() => {
    const kept = anchor.current;
    anchor.current = null;
    const element = scroller.current;
    const box = drawing.boxes.find(({ item }) => item.id === kept?.id);
    if (kept === null || element === null || box === undefined) return;
    element.scrollLeft = box.left * zoom - kept.left;
    element.scrollTop = box.top * zoom - kept.top;
  }, [drawing]);

  const choose = (box: Box): void => {
    setFocusedId(box.item.id);
    selectedId.value = box.item.id;
    if (box.item.kind === 'group') toggle(box);
  };
  const toggle = (box: Box): void => {
    const element = scroller.current;
    if (element !== null) anchor.current = { id: box.item.id, left: box.left * zoom - element.scrollLeft, top: box.top * zoom - element.scrollTop };
    toggleGroup(box.item.id);
  };
  const focus = (box: Box | undefined): void => {
    if (box === undefined) return;
    setFocusedId(box.item.id);
    selectedId.value = box.item.id;
    requestAnimationFrame(() => sheet.current?.querySelector<HTMLElement>(`[data-box="${CSS.escape(box.item.id)}"]`)?.focus());
  };
  const handleKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || current === undefined) return;
    const index = drawing.boxes.indexOf(current);
    const isClosedGroup = current.item.kind === 'group' && !current.open;
    switch (event.key) {
      case 'ArrowDown': focus(drawing.boxes[index + 1]); break;
      case 'ArrowUp': focus(drawing.boxes[index - 1]); break;
      case 'ArrowRight': if (isClosedGroup) toggle(current); else focus(drawing.boxes[index + 1]); break;
      case 'ArrowLeft': if (current.open) toggle(current); else focus(drawing.boxes.slice(0, index).findLast((box) => box.depth < current.depth) ?? drawing.boxes[index - 1]); break;
      case 'Home': focus(drawing.boxes[0]); break;
      case 'End': focus(drawing.boxes.at(-1)); break;
      case '+': case '=': zoomBy(1.25); break;
      case '-': zoomBy(0.8); break;
      case '0': fit(); break;
      default: return;
    }
    event.preventDefault();
  };

  const culled = drawing.boxes.length > cullFrom;
  const isSeen = (top: number, height: number): boolean => !culled
    || ((top + height) * zoom > scrolled.top - cullMarginPx && top * zoom < scrolled.top + size.heightPx + cullMarginPx);
  return (
    <div class="architecture">
      <div class="architecture-tools" role="group" aria-label="Drawing">
        <button type="button" class="button icon" aria-label="Larger" title="Larger (+)" onClick={() => zoomBy(1.25)}><Plus size={18} /></button>
        <button type="button" class="button icon" aria-label="Smaller" title="Smaller (-)" onClick={() => zoomBy(0.8)}><Minus size={18} /></button>
        <button type="button" class="button icon" aria-label="Fit the width" title="Fit the width (0)" onClick={fit}><MoveHorizontal size={18} /></button>
        <button type="button" class="button" aria-label="Open all blocks" title="Open all blocks" onClick={openAllGroups}><UnfoldVertical size={18} /><span class="tool-word">Open all</span></button>
        <button type="button" class="button" aria-label="Close all blocks" title="Close all blocks" onClick={closeAllGroups}><FoldVertical size={18} /><span class="tool-word">Close all</span></button>
      </div>
      <div ref={scroller} class="architecture-scroller" role="group" aria-label="Architecture, in the order of the network; arrow keys walk through it" {...handlers}
        onKeyDown={handleKey} onScroll={culled ? (event) => setScrolled({ left: event.currentTarget.scrollLeft, top: event.currentTarget.scrollTop }) : undefined}>
        <div class="architecture-room" style={{ width: drawing.width * zoom, height: drawing.height * zoom }}>
          <div ref={sheet} class="architecture-sheet" style={{ width: drawing.width, height: drawing.height, transform: `scale(${zoom})` }}>
            {drawing.frames.map((frame) => (
              <i key={frame.id} class="graph-frame" data-depth={frame.depth % 3} style={{ left: frame.left, top: frame.top, width: frame.width, height: frame.height }} />
            ))}
            <svg class="graph-edges" width={drawing.width} height={drawing.height} aria-hidden="true">
              <defs>
                {['plain', 'skip'].map((kind) => (
                  <marker key={kind} id={`arrow-${kind}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class={`graph-arrow ${kind}`} d="M0 0.5 8 4 0 7.5z" /></marker>
                ))}
              </defs>
              {drawing.edges.filter(({ points }) => isSeen(points[0]?.y ?? 0, (points.at(-1)?.y ?? 0) - (points[0]?.y ?? 0))).map((edge) => (
                <path key={`${edge.from} ${edge.to}`} class={edge.skip ? 'graph-edge skip' : 'graph-edge'} d={path([...edge.points]) ?? ''} marker-end={`url(#arrow-${edge.skip ? 'skip' : 'plain'})`} />
              ))}
            </svg>
            {drawing.boxes.filter((box) => box === current || isSeen(box.top, box.height)).map((box) => (
              <GraphBox key={box.item.id} box={box} reachable={box === current} selected={box.item.id === selectedId.value} onChoose={choose} />
            ))}
          </div>
        </div>
      </div>
      <p class="architecture-legend small muted">
        <span><i class="legend-scale" style={{ background: colourGradient(spec.value.colourMap) }} /> activity: quietest to strongest so far</span>
        <span><i class="legend-skip" /> shortcut</span>
      </p>
    </div>
  );
}

/** Boxes light up with what their layers do now; written past the components, which need not know. */
function useGlow(sheet: { readonly current: HTMLDivElement | null }, drawing: Drawing): void {
  const paintedAt = useRef(0);
  const drawn = useRef(drawing);
  drawn.current = drawing;
  const paint = (): void => {
    const { levels } = activity.peek();
    const map = spec.peek().colourMap;
    const boxes = new Map(drawn.current.boxes.map((box) => [box.item.id, box]));
    for (const element of sheet.current?.querySelectorAll<HTMLElement>('[data-box]') ?? []) {
      const box = boxes.get(element.dataset.box ?? '');
      const level = box === undefined ? null : levelOf(levels, nodesOf(box.item).map(({ id }) => id));
      element.style.setProperty('--glow', level === null ? 'transparent' : `rgb(${colourAt(map, level).join(' ')})`);
      element.style.setProperty('--glow-strength', String(level ?? 0));
    }
  };
  useSignalEffect(() => {
    void activity.value;
    // Who wants no motion sees the state once a second, not a flicker.
    const now = performance.now();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches && now - paintedAt.current < calmPeriodMs) return;
    paintedAt.current = now;
    paint();
  });
  useEffect(paint);
}

/** Brings what was chosen elsewhere (the table) into sight. */
function useReveal(scroller: { readonly current: HTMLDivElement | null }, drawing: Drawing, zoom: number): void {
  const revealed = useRef<string | null>(null);
  const chosen = selectedId.value;
  useEffect(() => {
    if (revealed.current === chosen) return;
    revealed.current = chosen;
    const box = drawing.boxes.find(({ item }) => item.id === chosen);
    const element = scroller.current;
    if (box === undefined || element === null) return;
    const top = box.top * zoom;
    if (top < element.scrollTop || top + box.height * zoom > element.scrollTop + element.clientHeight) element.scrollTop = top - element.clientHeight / 3;
    const left = box.left * zoom;
    if (left < element.scrollLeft || left + box.width * zoom > element.scrollLeft + element.clientWidth) element.scrollLeft = left - 16;
  }, [chosen, drawing]);
}
