import type { InputSpec, NetworkCard } from '../contract/card';
import { AppError } from '../contract/errors';
import type { CardChange, ImportReport } from '../contract/importer';
import { totalCost } from '../graph/costs';
import type { NetworkWithFacts } from '../formats/read-network';
import { isUsableInput } from './draft-report';

const longestName = 200;

/**
 * A report with a person's answers in it.
 *
 * @param readAt  reads the network again at another size, to see that it works
 * @throws AppError 'labels-mismatch' | 'input-mismatch' | 'graph-unsupported' and what `readAt` throws
 */
export async function changeReport(
  report: ImportReport, change: CardChange, readAt: (height: number, width: number) => Promise<NetworkWithFacts>,
): Promise<ImportReport> {
  let card: NetworkCard = report.card;
  if (change.name !== undefined) {
    const name = change.name.trim().slice(0, longestName);
    if (name !== '') card = { ...card, name };
  }
  if (change.input !== undefined) {
    const input = takeInput(card.input, change.input, report.sizeIsFree);
    const sizeChanged = input.height !== card.input.height || input.width !== card.input.width;
    if (sizeChanged) {
      const { graph, facts } = await readAt(input.height, input.width);
      if (facts.outputs !== card.classes.length) {
        throw new AppError('graph-unsupported', `at ${input.height} × ${input.width} the network has ${facts.outputs} outputs instead of ${card.classes.length}`);
      }
      card = { ...card, multiplyAdds: totalCost(graph).multiplyAdds };
    }
    card = { ...card, input };
  }
  if (change.classes !== undefined) {
    if (change.classes.length !== card.classes.length) {
      throw new AppError('labels-mismatch', `${change.classes.length} labels for ${card.classes.length} outputs`);
    }
    const classes = change.classes.map((label, index) => (String(label).trim() === '' ? `class ${index}` : String(label)));
    const labelled = !classes.every((label, index) => label === `class ${index}`);
    card = { ...card, classes, ...(card.origin === undefined ? {} : { origin: { ...card.origin, labelled } }) };
  }
  return {
    ...report, card,
    network: { ...report.network, name: card.name, confirmed: report.network.confirmed || change.confirmed === true },
  };
}

function takeInput(before: InputSpec, next: InputSpec, sizeIsFree: boolean): InputSpec {
  const { height, width, channels, mean, std, channelOrder } = next;
  if (!isUsableInput(next, before.channels)) throw new AppError('input-mismatch', 'mean and std need one finite number for each channel, and no std may be 0');
  for (const side of [height, width]) {
    if (!Number.isInteger(side) || side < 1 || side > 4096) throw new AppError('input-mismatch', `a picture of ${height} × ${width} pixels`);
  }
  if (!sizeIsFree && (height !== before.height || width !== before.width)) {
    throw new AppError('input-mismatch', `the network takes ${before.height} × ${before.width} pixels and nothing else`);
  }
  return { height, width, channels, mean: [...mean], std: [...std], ...(channelOrder === undefined || channels !== 3 ? {} : { channelOrder }) };
}
