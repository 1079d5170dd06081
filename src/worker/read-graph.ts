import type { NetworkCard } from '../contract/card';
import { AppError } from '../contract/errors';
import { readTfjsLayers } from '../formats/tfjs-layers';
import { listTfjsShards } from '../formats/tfjs-weights';
import type { NetworkGraph } from '../graph/network-graph';

const modelFile = 'model.json';

/**
 * The graph of a shipped network: a tfjs LayersModel whose files the card lists.
 *
 * @param files  bytes by path, as the card names them; not kept
 * @throws AppError 'network-altered' when the model needs a file that the card does not list, or does not fit the card ·
 *         'format-malformed' | 'format-too-large' | 'op-unsupported' | 'graph-unsupported' from the reader
 */
export function readNetworkGraph(card: NetworkCard, files: ReadonlyMap<string, ArrayBuffer>): NetworkGraph {
  const model: unknown = parseModel(card, takeFile(files, modelFile, card));
  const graph = readTfjsLayers(model, joinShards(listTfjsShards(model).map((path) => takeFile(files, path, card))));
  const [height, width, channels] = graph.inputShape;
  if (height !== card.input.height || width !== card.input.width || channels !== card.input.channels) {
    throw new AppError('network-altered', `${card.id}: the model takes ${height} x ${width} x ${channels}, the card says otherwise`);
  }
  const logits = graph.nodes.find((node) => node.id === graph.logits)?.outputShape.reduce((product, size) => product * size, 1) ?? 0;
  if (logits !== card.classes.length) throw new AppError('network-altered', `${card.id}: ${logits} logits for ${card.classes.length} classes`);
  return graph;
}

function takeFile(files: ReadonlyMap<string, ArrayBuffer>, path: string, card: NetworkCard): ArrayBuffer {
  const bytes = files.get(path);
  if (bytes === undefined) throw new AppError('network-altered', `${card.id}: the card does not list ${path}`);
  return bytes;
}

function parseModel(card: NetworkCard, bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (thrown) {
    throw new AppError('network-altered', `${card.id}: ${modelFile} is not JSON`, false, { cause: thrown });
  }
}

function joinShards(shards: readonly ArrayBuffer[]): Uint8Array {
  const joined = new Uint8Array(shards.reduce((sum, shard) => sum + shard.byteLength, 0));
  let offset = 0;
  for (const shard of shards) {
    joined.set(new Uint8Array(shard), offset);
    offset += shard.byteLength;
  }
  return joined;
}
