import { AppError } from '../contract/errors';
import type { SurfaceId } from '../contract/ids';
import type { SurfaceLayout } from '../contract/stage-layout';
import { findVisible, type Visibility } from './tile-geometry';

/** What both renderers' surfaces can do. */
export interface Surface {
  readonly layout: SurfaceLayout;
  place(layout: SurfaceLayout): void;
  /** Lets go of what the browser would keep. */
  dispose?(): void;
}

/** The surfaces of one renderer, owned, and what their tiles show together. */
export class SurfaceSet<Kind extends Surface> {
  readonly #surfaces = new Map<SurfaceId, Kind>();
  readonly #onChange: (visible: Visibility) => void;
  #visible = findVisible([]);

  /** @param onChange  told when other tiles are shown */
  constructor(onChange: (visible: Visibility) => void) {
    this.#onChange = onChange;
  }

  get visible(): Visibility {
    return this.#visible;
  }

  get size(): number {
    return this.#surfaces.size;
  }

  [Symbol.iterator](): IterableIterator<Kind> {
    return this.#surfaces.values();
  }

  /** The surface that had this name is disposed first: both may draw on one canvas. */
  attach(id: SurfaceId, create: () => Kind): void {
    this.#surfaces.get(id)?.dispose?.();
    this.#surfaces.set(id, create());
    this.#changed();
  }

  /** @throws AppError 'internal' when nothing is attached under this name */
  layout(id: SurfaceId, layout: SurfaceLayout): void {
    const surface = this.#surfaces.get(id);
    if (surface === undefined) throw new AppError('internal', `no surface ${id} to lay out`);
    surface.place(layout);
    this.#changed();
  }

  detach(id: SurfaceId): void {
    this.#surfaces.get(id)?.dispose?.();
    this.#surfaces.delete(id);
    this.#changed();
  }

  /** Disposes all of them. Idempotent. */
  dispose(): void {
    for (const surface of this) surface.dispose?.();
    this.#surfaces.clear();
    this.#visible = findVisible([]);
  }

  #changed(): void {
    this.#visible = findVisible([...this].map(({ layout }) => layout));
    this.#onChange(this.#visible);
  }
}
