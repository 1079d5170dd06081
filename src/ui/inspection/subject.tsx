import { Eraser, Droplet, Eye, Move, Redo2, Undo2, X } from 'lucide-preact';
import { useRef, useState } from 'preact/hooks';
import { addStroke, clearStrokes, redoStroke, undoStroke } from '../../state/actions/paint';
import { reportedClasses } from '../../contract/events';
import { openingMaps } from '../../state/inspection';
import { answersBefore, brushRadius, painted, strokes, tool, undone, type PaintTool } from '../../state/painting';
import { source } from '../../state/source-state';
import { answers } from '../../state/worker-state';
import { comparing } from './inspection-view';
import { describePlace, say } from './spoken';
import { MapCanvas } from './map-canvas';

const tools: readonly { readonly id: PaintTool; readonly name: string; readonly hint: string; readonly Icon: typeof Eye }[] = [
  { id: 'look', name: 'Point', hint: 'Point at a place; all maps show it', Icon: Eye },
  { id: 'erase', name: 'Erase', hint: 'Paint with the mean colour of the picture', Icon: Eraser },
  { id: 'blur', name: 'Blur', hint: 'Make a part unrecognisable', Icon: Droplet },
  { id: 'move', name: 'Move', hint: 'Drag a disc of the picture somewhere else', Icon: Move },
];

/** The frozen frame itself, what the network says of it, and the tools that change it. */
export function Subject() {
  const isArray = source.value?.takeArray !== undefined;
  // A stroke makes another picture, and the maps that are still to come are of this one.
  const isOpening = openingMaps.value !== null;
  // Buttons that cannot be used now keep the focus: the last step back is often not the last key.
  const canUndo = !isOpening && strokes.value.length > 0;
  const canRedo = !isOpening && undone.value.length > 0;
  const canClear = strokes.value.length > 0;
  return (
    <article class="map-card subject" aria-label="Frozen frame">
      <header class="map-card-header"><h3 class="subject-title">The picture{painted.value ? <span class="muted"> as you changed it</span> : null}</h3></header>
      <div class="subject-picture">
        <MapCanvas plane={null} range={null} strength={0} crisp={false} label="the picture" original={comparing.value} />
        {tool.value !== 'look' && !isArray && !isOpening && <Brush key={tool.value} />}
      </div>
      {isArray && <p class="small muted">These are numbers of an array; only pictures can be painted over.</p>}
      {!isArray && <div class="paint-tools" role="group" aria-label="Change the picture">
        {tools.map(({ id, name, hint, Icon }) => (
          <button key={id} type="button" class="button" aria-pressed={tool.value === id} title={hint} onClick={() => { tool.value = id; }}><Icon size={16} /><span>{name}</span></button>
        ))}
        <span class="paint-history">
          <button type="button" class="button icon" aria-label="Undo" title="Undo" aria-disabled={!canUndo} onClick={() => { if (canUndo) void undoStroke(); }}><Undo2 size={16} /></button>
          <button type="button" class="button icon" aria-label="Redo" title="Redo" aria-disabled={!canRedo} onClick={() => { if (canRedo) void redoStroke(); }}><Redo2 size={16} /></button>
          <button type="button" class="button icon" aria-label="Take all changes back" title="Take all changes back" aria-disabled={!canClear} onClick={() => { if (canClear) void clearStrokes(); }}><X size={16} /></button>
        </span>
      </div>}
      {tool.value !== 'look' && (
        <label class="field"><span>Size</span>
          <input type="range" class="slider" aria-label="Size of the brush" min={2} max={40} value={Math.round(brushRadius.value * 100)} onInput={(event) => { brushRadius.value = event.currentTarget.valueAsNumber / 100; }} />
        </label>
      )}
      <AnswerList />
    </article>
  );
}

/** What a stroke was, for those who do not see it. */
const strokeWords: Readonly<Record<Exclude<PaintTool, 'look'>, string>> = { erase: 'Erased', blur: 'Blurred', move: 'Put down' };

function tell(words: string): void {
  say({ key: 'brush', text: `${words}.` });
}

function AnswerList() {
  const before = new Map(answersBefore.value.map(({ index, probability }) => [index, probability]));
  const shown = answers.value.slice(0, 3);
  const lost = painted.value ? answersBefore.value.slice(0, 1).filter(({ index }) => !shown.some((answer) => answer.index === index)) : [];
  const percent = (probability: number): string => `${Math.round(probability * 100)} %`;
  // Only the most likely answers are told, and the pinned one whatever it is: of one that fell out of them no more is known than that it is below the last.
  const leastTold = Math.max(1, Math.ceil((answers.value.slice(0, reportedClasses).at(-1)?.probability ?? 0) * 100));
  return (
    <ol class="subject-answers small" aria-label="Answers" aria-live="polite">
      {[...shown, ...lost].map(({ index, label }) => {
        const now = answers.value.find((answer) => answer.index === index)?.probability ?? null;
        const was = painted.value ? before.get(index) : undefined;
        // As a whole: a number that changes means nothing without its class.
        return <li key={index} aria-atomic="true"><span>{label}</span><span class="numbers">{now === null ? `below ${leastTold} %` : percent(now)}{was === undefined ? '' : <span class="muted"> was {percent(was)}</span>}</span></li>;
      })}
    </ol>
  );
}

/** Takes strokes by mouse, finger, or the keyboard (arrows and Enter; Escape drops what was picked up). One for each tool: what one began is nothing to another. */
function Brush() {
  const element = useRef<HTMLDivElement>(null);
  const path = useRef<{ x: number; y: number }[]>([]);
  const [at, setAt] = useState<{ readonly x: number; readonly y: number }>({ x: 0.5, y: 0.5 });
  const [from, setFrom] = useState<{ readonly x: number; readonly y: number } | null>(null);
  const [drying, setDrying] = useState<readonly { readonly x: number; readonly y: number }[]>([]);
  const place = (event: PointerEvent): { x: number; y: number } => {
    const box = element.current?.getBoundingClientRect();
    return box === undefined ? { x: 0, y: 0 } : { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const finish = (end: { readonly x: number; readonly y: number }): void => {
    const radius = brushRadius.peek();
    const chosen = tool.peek();
    const points = path.current;
    path.current = [];
    setFrom(null);
    setAt({ ...end });
    const [start] = points;
    if (start === undefined || chosen === 'look') return;
    // The trail stays until the stroke itself is seen.
    const trail = chosen === 'move' ? [] : points;
    setDrying(trail);
    tell(`${strokeWords[chosen]}, ${describePlace(end)}`);
    void addStroke(chosen === 'move' ? { tool: 'move', from: start, to: end, radius } : { tool: chosen, points, radius })
      .then(() => setDrying((now) => (now === trail ? [] : now)));
  };
  const drop = (): void => {
    path.current = [];
    setFrom(null);
    setAt({ ...at });
  };
  const handleKey = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, readonly [x: number, y: number]>> = { ArrowRight: [0.05, 0], ArrowLeft: [-0.05, 0], ArrowDown: [0, 0.05], ArrowUp: [0, -0.05] };
    const move = moves[event.key];
    if (move !== undefined) {
      const next = { x: Math.min(1, Math.max(0, at.x + move[0])), y: Math.min(1, Math.max(0, at.y + move[1])) };
      setAt(next);
      tell(describePlace(next));
    }
    else if (event.key === 'Enter' || event.key === ' ') {
      if (tool.peek() === 'move' && from === null) {
        setFrom(at);
        path.current = [at];
        tell('Picked up. Arrow keys and Enter put it down, Escape drops it');
      } else {
        if (path.current.length === 0) path.current = [at];
        finish(at);
      }
    } else if (event.key === 'Escape' && path.current.length > 0) {
      drop();
      tell('Dropped');
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const circle = (point: { readonly x: number; readonly y: number }) => ({
    left: `${(point.x - brushRadius.value) * 100}%`, top: `${(point.y - brushRadius.value) * 100}%`, width: `${brushRadius.value * 200}%`, height: `${brushRadius.value * 200}%`,
  });
  return (
    <div ref={element} class="brush" tabIndex={0} role="application" aria-label={`${tools.find(({ id }) => id === tool.value)?.name ?? tool.value} with the arrow keys and Enter`} onKeyDown={handleKey}
      onPointerDown={(event) => {
        element.current?.setPointerCapture(event.pointerId);
        const point = place(event);
        path.current = [point];
        setAt(point);
        setFrom(tool.peek() === 'move' ? point : null);
      }}
      onPointerMove={(event) => {
        const point = place(event);
        setAt(point);
        if (event.buttons > 0 && path.current.length > 0 && tool.peek() !== 'move') path.current.push(point);
      }}
      onPointerUp={(event) => { if (path.current.length > 0) finish(place(event)); }}
      onPointerCancel={drop}>
      <Trail points={drying} />
      <Trail points={path.current} />
      {from !== null && <i class="brush-circle" style={circle(from)} />}
      <i class="brush-circle" style={circle(at)} />
    </div>
  );
}

function Trail({ points }: { readonly points: readonly { readonly x: number; readonly y: number }[] }) {
  if (points.length < 2) return null;
  return <svg class="brush-trail" viewBox="0 0 1 1" aria-hidden="true"><polyline points={points.map(({ x, y }) => `${x},${y}`).join(' ')} stroke-width={2 * brushRadius.value} /></svg>;
}
