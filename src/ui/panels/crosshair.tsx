import { useRef } from 'preact/hooks';
import { crosshair } from '../../state/crosshair';

interface CrosshairProps {
  /** Size of the feature map, units. */
  readonly height: number;
  readonly width: number;
  readonly label: string;
}

/** Points at one unit of a feature map: with the mouse, a finger or the arrow keys. */
export function Crosshair({ height, width, label }: CrosshairProps) {
  const element = useRef<HTMLDivElement>(null);
  const at = crosshair.value;
  const pointTo = (event: PointerEvent): void => {
    const box = element.current?.getBoundingClientRect();
    if (box === undefined) return;
    set(((event.clientY - box.top) / box.height) * height, ((event.clientX - box.left) / box.width) * width);
  };
  const set = (y: number, x: number): void => {
    const next = { y: clampIndex(y, height), x: clampIndex(x, width) };
    const before = crosshair.peek();
    if (before?.y !== next.y || before.x !== next.x) crosshair.value = next;
  };
  const handleKey = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, readonly [y: number, x: number]>> = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    const step = steps[event.key];
    const from = crosshair.peek();
    if (step === undefined || from === null) return;
    event.preventDefault();
    event.stopPropagation();
    set(from.y + step[0], from.x + step[1]);
  };
  return (
    <div ref={element} class="crosshair" tabIndex={0} role="application" aria-label={label} onKeyDown={handleKey}
      onPointerDown={(event) => { element.current?.setPointerCapture(event.pointerId); pointTo(event); }}
      onPointerMove={(event) => { if (event.buttons > 0 || event.pointerType === 'mouse') pointTo(event); }}>
      {at !== null && (
        <>
          <i class="crosshair-row" style={{ top: `${((at.y + 0.5) / height) * 100}%` }} />
          <i class="crosshair-column" style={{ left: `${((at.x + 0.5) / width) * 100}%` }} />
          <i class="crosshair-unit" style={{ left: `${(at.x / width) * 100}%`, top: `${(at.y / height) * 100}%`, width: `${100 / width}%`, height: `${100 / height}%` }} />
        </>
      )}
    </div>
  );
}

function clampIndex(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(value)));
}
