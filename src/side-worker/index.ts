/** Composition root of the side worker: what would hold the window up and has nothing to do with a network. */
import { transfer } from 'comlink';
import { exposeApi } from '../contract/rpc';
import type { SideApi } from '../contract/side';
import { paintStrokes } from './paint-strokes';

exposeApi<SideApi>({
  paint: async (painting) => {
    try {
      const painted = paintStrokes(painting);
      return transfer(painted, [painted]);
    } finally {
      painting.picture.close();
    }
  },
});
