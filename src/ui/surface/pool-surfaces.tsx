import type { Tile, TileContent } from '../../contract/stage-layout';
import type { Pool, PoolPage } from '../../state/surface-pool';
import { pixelRatio } from '../page/media';
import { Surface } from './surface';

interface PoolSurfacesProps {
  readonly purpose: string;
  readonly pool: Pool;
  readonly axis: 'vertical' | 'horizontal';
  readonly smooth: boolean;
  readonly contentOf: (item: number) => TileContent;
}

/** The few canvases of a long list; the browser scrolls them with the rest of the page. */
export function PoolSurfaces({ purpose, pool, axis, smooth, contentOf }: PoolSurfacesProps) {
  const ratio = pixelRatio.value;
  return (
    <>
      {pool.pages.map((page) => {
        const vertical = axis === 'vertical';
        const width = vertical ? page.deviceCross : page.deviceLength;
        const height = vertical ? page.deviceLength : page.deviceCross;
        return (
          <Surface key={page.slot} purpose={purpose} class="pool-surface"
            layout={{ widthPx: width, heightPx: height, tiles: layTiles(page, vertical, smooth, contentOf), inView: page.inView }}
            style={{ position: 'absolute', width: width / ratio, height: height / ratio, ...(vertical ? { top: page.offsetPx, left: 0 } : { left: page.offsetPx, top: 0 }) }} />
        );
      })}
    </>
  );
}

function layTiles(page: PoolPage, vertical: boolean, smooth: boolean, contentOf: (item: number) => TileContent): readonly Tile[] {
  return page.cells.map((cell) => ({
    x: vertical ? cell.cross : cell.main, y: vertical ? cell.main : cell.cross, width: cell.size, height: cell.size,
    content: contentOf(cell.item), smooth,
  }));
}
