import type { LayerInfo } from '../contract/events';

/**
 * One sentence or three about a layer, computed from its facts.
 *
 * @param position  1 for the first layer
 * @param inputPx   side of the network's input, pixels
 */
export function describeLayer(layer: LayerInfo, position: number, count: number, inputPx: number): string {
  const place = `Layer ${position} of ${count}.`;
  const [height, width, channels] = layer.shape;
  if (layer.op === 'input') return `${place} The picture as the network receives it: ${width} × ${height} pixels.`;
  if (!layer.spatial) return `${place} ${describeVector(layer.op, channels)}`;
  const sees = layer.receptiveField === null || layer.receptiveField.sizePx >= 2 * inputPx
    ? 'each place sees the whole picture'
    : `each looks at a patch of ${layer.receptiveField.sizePx} × ${layer.receptiveField.sizePx} pixels`;
  return `${place} ${describeMaps(layer.op, channels)}; ${sees}. ${describeContent(layer.receptiveField?.sizePx ?? Infinity, inputPx)}`;
}

function describeMaps(op: string, channels: number): string {
  const maps = channels === 1 ? '1 map' : `${channels} maps`;
  switch (op) {
    case 'max-pool':
    case 'average-pool': return `${maps}, made smaller: neighbours share one value`;
    case 'add': return `${maps}: what was known before plus what was found since`;
    case 'concat': return `${maps}: several branches side by side`;
    case 'local-response-norm': return `${maps}: strong answers quieten their neighbours`;
    case 'group-norm': return `${maps}, brought to a common scale picture by picture`;
    case 'pad': return `${maps} with an empty border`;
    default: return channels === 1 ? '1 detector' : `${channels} detectors`;
  }
}

function describeVector(op: string, values: number): string {
  switch (op) {
    case 'global-average-pool':
    case 'global-max-pool': return `${values} numbers: how much of each feature there is in the whole picture.`;
    case 'dense': return `${values} scores, each weighing everything that was found.`;
    case 'softmax': return `${values} probabilities: the scores turned into shares of certainty.`;
    default: return `${values} numbers; they no longer have a place in the picture.`;
  }
}

/** What appears at a depth depends on how much of the picture a unit can see; true of most networks, an exact rule of none. */
function describeContent(patchPx: number, inputPx: number): string {
  const share = patchPx / inputPx;
  if (share <= 0.15) return 'Here edges and colours appear.';
  if (share <= 0.5) return 'Here textures and simple parts appear.';
  if (share <= 1.1) return 'Here parts of objects appear.';
  return 'Here whole objects and their surroundings appear.';
}
