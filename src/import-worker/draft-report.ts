import type { CardFile, InputSpec, NetworkCard, NetworkOrigin } from '../contract/card';
import { AppError } from '../contract/errors';
import type { ImportQuestion, ImportReport } from '../contract/importer';
import type { NetworkWithFacts } from '../formats/read-network';
import { findEnding } from '../graph/answer';
import { totalCost } from '../graph/costs';
import { fitLabels, guessClasses } from './guess-classes';
import type { ClassesClues } from './guess-classes';
import { guessInput } from './guess-input';

/** A map of values is listed value by value; more than this is no list any more. */
const mostOutputs = 65_536;
const largestWeightBytes = 2 ** 30;

/** What was read, and where it came from. */
export interface DraftParts {
  readonly id: string;
  readonly name: string;
  /** Everything that names it, for guesses. */
  readonly names: string;
  readonly read: NetworkWithFacts;
  readonly files: readonly CardFile[];
  readonly labels: Pick<ClassesClues, 'beside' | 'imagenet'>;
  readonly origin: Pick<NetworkOrigin, 'kind' | 'source' | 'importedAt'>;
  /** A card that came with the files (an export of ours, the shelf): its choices are kept where they fit. */
  readonly known: KnownChoices | null;
}

/** What is known of a network before anybody is asked. */
export interface KnownChoices {
  readonly name?: string;
  readonly input?: InputSpec;
  readonly classes?: readonly string[];
  readonly labelled?: boolean;
  /** As published, and what it is good for; from the shelf. */
  readonly published?: Pick<NetworkCard, 'accuracy' | 'description'>;
}

/** Refuses networks that could not run or be shown. @throws AppError 'format-too-large' | 'graph-unsupported' */
export function refuseUnusable({ graph, facts }: NetworkWithFacts): void {
  const { parameters } = totalCost(graph);
  if (parameters * 4 > largestWeightBytes) throw new AppError('format-too-large', `${parameters} weights`);
  if (facts.outputs < 1 || facts.outputs > mostOutputs) {
    throw new AppError('graph-unsupported', `the output has ${facts.outputs} values; up to ${mostOutputs} can be listed`);
  }
}

/** The draft of a network that was read: its card, with a guess for everything that the file leaves open. */
export function draftReport(parts: DraftParts): ImportReport {
  const { graph, facts } = parts.read;
  const known = parts.known ?? {};
  const guessed = guessInput({ names: parts.names, format: facts.format, inputShape: graph.inputShape, outputs: facts.outputs, normalisation: facts.normalisation, inputRange: facts.inputRange });
  const named = guessClasses({ outputs: facts.outputs, fileLabels: facts.labels, ...parts.labels });
  const knownInput = known.input !== undefined && isUsableInput(known.input, graph.inputShape[2]) ? known.input : null;
  const knownClasses = known.classes === undefined ? null : fitLabels(known.classes, facts.outputs);
  const [height, width, channels] = graph.inputShape;
  const input: InputSpec = knownInput === null ? guessed.input : { ...knownInput, height, width, channels };
  const classes = knownClasses ?? named.classes;
  const labelled = knownClasses === null ? named.labelled : known.labelled ?? true;

  const questions: ImportQuestion[] = [];
  const reasons: Partial<Record<ImportQuestion, string>> = {};
  if (facts.sizeIsFree && knownInput === null) {
    if (facts.sizeIsOpen) questions.push('size');
    reasons.size = facts.sizeIsOpen ? `The file leaves the size of the picture open; ${height} × ${width} pixels is common.` : `The file was made for ${height} × ${width} pixels, and works at other sizes as well.`;
  }
  if (knownInput === null) {
    if (facts.normalisation === null && facts.inputRange === null) questions.push('range');
    reasons.range = guessed.reason;
    if (channels === 3) {
      questions.push('channel-order');
      reasons['channel-order'] = input.channelOrder === 'bgr' ? guessed.reason : 'Most networks take red, green and blue in this order.';
    }
  }
  if (knownClasses === null) {
    if (!named.certain) questions.push('labels');
    reasons.labels = named.reason;
  }
  const notes = [...named.notes, ...describeOddities(parts.read)];
  const { parameters, multiplyAdds } = totalCost(graph);
  const name = known.name ?? parts.name;
  const bytes = parts.files.reduce((sum, file) => sum + file.bytes, 0);
  const card: NetworkCard = {
    id: parts.id, name, task: 'classification', description: known.published?.description ?? `From ${parts.origin.source}.`, classes, input, files: parts.files,
    parameters, multiplyAdds, weightsDtype: facts.dequantised ? 'quantised' : 'float32', data: null, accuracy: known.published?.accuracy ?? [],
    date: parts.origin.importedAt.slice(0, 10), seed: null, training: null, limits: [],
    origin: { ...parts.origin, format: facts.format, notes, labelled },
  };
  return {
    network: { id: parts.id, name, format: facts.format, bytes, confirmed: false, importedAt: parts.origin.importedAt },
    card, questions, reasons, sizeIsFree: facts.sizeIsFree, notes,
  };
}

/** Things about a network that a person should know before trusting what they see; one plain sentence each. */
function describeOddities({ graph, facts }: NetworkWithFacts): readonly string[] {
  const notes: string[] = [];
  if (facts.dequantised) notes.push('Its weights were stored as small whole numbers or half floats; they are computed with as floats here.');
  const { outputMap, outputNames } = facts;
  if (outputMap !== null) notes.push(`Its output is a map of ${outputMap.join(' × ')} values: each answer is the mean of one channel over the picture; the map itself is the last layer before “mean over the picture”.`);
  const [shown, ...left] = outputNames;
  if (shown !== undefined && left.length > 0) {
    notes.push(`It has ${outputNames.length} outputs: the first, “${shown}”, is shown; ${left.slice(0, 4).map((name) => `“${name}”`).join(', ')}${left.length > 4 ? ` and ${left.length - 4} more` : ''} ${left.length === 1 ? 'is' : 'are'} left out.`);
  }
  const ending = findEnding(new Map(graph.nodes.map((node) => [node.id, node])), graph.output);
  const sigmoid = ending?.operation.op === 'activation' || graph.probabilities === 'as-they-are';
  if (facts.outputs === 1) notes.push(`It has one output: it is shown as the probability of yes${sigmoid ? '' : ', through a sigmoid'}.`);
  else if (sigmoid) notes.push('Each output is a probability of its own (sigmoid): several can be likely at once, and they do not add up to 100 %.');
  else if (!facts.outputIsProbability) notes.push('It ends without a softmax; Innerview applies one to show probabilities.');
  const channels = graph.inputShape[2];
  if (channels !== 1 && channels !== 3) notes.push(`It takes ${channels} channels: open an array (.npy or .npz) to look at it, a camera has three.`);
  return notes;
}

/** True: the right number of finite numbers, none to divide by zero. */
export function isUsableInput(input: InputSpec, channels: number): boolean {
  const lists = [input.mean, input.std];
  return input.channels === channels && lists.every((list) => Array.isArray(list) && list.length === channels && list.every(Number.isFinite))
    && !input.std.includes(0) && (input.channelOrder === undefined || input.channelOrder === 'rgb' || input.channelOrder === 'bgr');
}
