import { AppError } from '../contract/errors';
import { mapMeanings, type ExplanationDescription } from '../contract/explanations';
import type { ExplainResult, FaithfulnessResult, JobNote, JobParameters, SanityResult } from '../contract/jobs';
import type { ExplanationTarget } from '../contract/session-spec';
import { readMeasured } from './measured-numbers';
import type { SavedMap } from './saved-inspection';

/** What `inspection.json` says of one map; its values lie in a file of their own. */
export interface StoredMap extends Omit<SavedMap, 'result'> {
  readonly result: Omit<ExplainResult, 'map'>;
  readonly shape: readonly number[];
  readonly file: string;
}

export interface StoredFacts {
  readonly network: string;
  readonly networkName: string;
  readonly savedAt: string;
  readonly label: string;
  readonly mirror: boolean;
  /** Of `picture.npy`; null: the picture is what the network saw. */
  readonly arrayShape: readonly [height: number, width: number, channels: number] | null;
  readonly maps: readonly StoredMap[];
}

type Fields = Readonly<Record<string, unknown>>;

const largestSide = 8192;
const longestList = 4096;

/**
 * Reads `inspection.json` field by field: only what is named here, of the type it must have, goes on. What was measured may have
 * overflowed, and is then one of the words of {@link readMeasured}; everything else is finite.
 *
 * @throws AppError 'inspection-unreadable' naming the field
 */
export function readSavedFacts(value: unknown, version: number): StoredFacts {
  const facts = fields(value, 'inspection.json');
  if (facts['program'] !== 'Innerview' || facts['version'] !== version) fail(`program or version (this program reads version ${version})`);
  const stored = list(facts['maps'], 'maps');
  if (stored.length > 16) fail('maps');
  return {
    network: text(facts['network'], 'network'), networkName: text(facts['networkName'], 'networkName'), savedAt: text(facts['savedAt'], 'savedAt'),
    label: text(facts['label'], 'label'), mirror: facts['mirror'] === true,
    arrayShape: facts['arrayShape'] === undefined || facts['arrayShape'] === null ? null : readPictureShape(facts['arrayShape'], 'arrayShape'),
    maps: stored.map((map, index) => readMap(fields(map, `maps[${index}]`), `maps[${index}]`)),
  };
}

function readMap(map: Fields, at: string): StoredMap {
  const request = fields(map['request'], `${at}.request`);
  const result = fields(map['result'], `${at}.result`);
  const plane = fields(result['map'], `${at}.result.map`);
  const shape = list(plane['shape'], `${at}.result.map.shape`).map((size) => side(size, `${at}.result.map.shape`));
  if (shape.length < 2 || shape.length > 3) fail(`${at}.result.map.shape`);
  const number = (name: string): number => measured(result[name], `${at}.result.${name}`);
  return {
    shape, file: text(plane['file'], `${at}.result.map.file`),
    request: {
      method: text(request['method'], `${at}.request.method`), target: readTarget(fields(request['target'], `${at}.request.target`), `${at}.request.target`),
      layer: textOrNull(request['layer'], `${at}.request.layer`), parameters: readParameters(fields(request['parameters'] ?? {}, `${at}.request.parameters`)),
    },
    result: {
      kind: 'explain', method: text(result['method'], `${at}.result.method`), covers: result['covers'] === 'layer' ? 'layer' : 'input',
      layer: textOrNull(result['layer'], `${at}.result.layer`), targetIndex: result['targetIndex'] === null ? null : index(result['targetIndex'], `${at}.result.targetIndex`),
      score: number('score'), min: number('min'), max: number('max'), durationMs: finite(result['durationMs'], `${at}.result.durationMs`), sequence: finite(result['sequence'], `${at}.result.sequence`),
      note: readNote(fields(result['note'], `${at}.result.note`), `${at}.result.note`), inputShape: readPictureShape(result['inputShape'], `${at}.result.inputShape`),
    },
    faithfulness: map['faithfulness'] === null || map['faithfulness'] === undefined ? null : readFaithfulness(fields(map['faithfulness'], `${at}.faithfulness`), `${at}.faithfulness`),
    sanity: map['sanity'] === null || map['sanity'] === undefined ? null : readSanity(fields(map['sanity'], `${at}.sanity`), `${at}.sanity`),
    // Files of before say nothing of these.
    stale: map['stale'] === true, targetName: textOrNull(map['targetName'], `${at}.targetName`),
    network: map['network'] === null || map['network'] === undefined ? null : readNetwork(fields(map['network'], `${at}.network`), `${at}.network`),
    method: map['method'] === null || map['method'] === undefined ? null : readMethod(fields(map['method'], `${at}.method`), `${at}.method`),
  };
}

function readNetwork(network: Fields, at: string): { readonly id: string; readonly name: string } {
  return { id: text(network['id'], `${at}.id`), name: text(network['name'], `${at}.name`) };
}

function readMethod(method: Fields, at: string): ExplanationDescription {
  const paper = fields(method['paper'], `${at}.paper`);
  const { pixel } = method;
  if (pixel !== 'sum' && pixel !== 'strongest' && pixel !== 'only') return fail(`${at}.pixel`);
  const meaning = mapMeanings.find((known) => known === method['meaning']) ?? fail(`${at}.meaning`);
  return {
    id: text(method['id'], `${at}.id`), name: text(method['name'], `${at}.name`), definition: text(method['definition'], `${at}.definition`),
    kind: method['kind'] === 'layer' ? 'layer' : 'input', signed: method['signed'] === true, pixel, meaning, parameters: [],
    live: method['live'] === true, choosesLayer: method['choosesLayer'] === true, unsupported: null, cost: finite(method['cost'], `${at}.cost`),
    paper: {
      authors: text(paper['authors'], `${at}.paper`), year: finite(paper['year'], `${at}.paper`), title: text(paper['title'], `${at}.paper`),
      arxiv: textOrNull(paper['arxiv'], `${at}.paper`), doi: textOrNull(paper['doi'], `${at}.paper`), equation: text(paper['equation'], `${at}.paper`),
    },
  };
}

function readTarget(target: Fields, at: string): ExplanationTarget {
  switch (target['kind']) {
    case 'top': return { kind: 'top' };
    case 'class': return { kind: 'class', index: index(target['index'], at) };
    case 'difference': return { kind: 'difference', index: index(target['index'], at), against: index(target['against'], at) };
    case 'unit': {
      const unit = { kind: 'unit', layer: text(target['layer'], at), channel: index(target['channel'], at) } as const;
      return target['y'] === undefined || target['x'] === undefined ? unit : { ...unit, y: index(target['y'], at), x: index(target['x'], at) };
    }
    default: return fail(`${at}.kind`);
  }
}

function readParameters(stored: Fields): JobParameters {
  return Object.fromEntries(Object.entries(stored).filter((entry): entry is [string, number | string | boolean] => ['number', 'string', 'boolean'].includes(typeof entry[1])));
}

function readNote(note: Fields, at: string): JobNote {
  const steps = note['steps'];
  const known = typeof steps === 'object' && steps !== null ? steps as Fields : null;
  return {
    steps: known === null ? null : { done: finite(known['done'], `${at}.steps`), of: finite(known['of'], `${at}.steps`) },
    ...measuredOrNothing(note, 'completenessGap', at), ...measuredOrNothing(note, 'standardError', at),
    ...(note['inForce'] === undefined ? {} : { inForce: readParameters(fields(note['inForce'], `${at}.inForce`)) }),
  };
}

/** Not every method measures it; files of before say `null` of one that was no number. */
function measuredOrNothing(note: Fields, name: 'completenessGap' | 'standardError', at: string): Pick<JobNote, typeof name> {
  return note[name] === undefined || note[name] === null ? {} : { [name]: measured(note[name], `${at}.${name}`) };
}

function readFaithfulness(stored: Fields, at: string): FaithfulnessResult {
  const areas = fields(stored['areas'], `${at}.areas`);
  const curve = (name: string): readonly number[] => list(stored[name], `${at}.${name}`).map((value) => measured(value, `${at}.${name}`));
  const area = (name: string): number => measured(areas[name], `${at}.areas.${name}`);
  return {
    kind: 'faithfulness', deletion: curve('deletion'), insertion: curve('insertion'), randomDeletion: curve('randomDeletion'), randomInsertion: curve('randomInsertion'),
    areas: { deletion: area('deletion'), insertion: area('insertion'), randomDeletion: area('randomDeletion'), randomInsertion: area('randomInsertion') },
  };
}

function readSanity(stored: Fields, at: string): SanityResult {
  const steps = list(stored['steps'], `${at}.steps`).map((value) => {
    const step = fields(value, `${at}.steps`);
    return { layer: text(step['layer'], `${at}.steps`), correlation: measured(step['correlation'], `${at}.steps`) };
  });
  return { kind: 'sanity', steps, dependsOnWeights: stored['dependsOnWeights'] === true };
}

function readPictureShape(value: unknown, at: string): readonly [number, number, number] {
  const [height, width, channels, ...rest] = list(value, at).map((size) => side(size, at));
  return height === undefined || width === undefined || channels === undefined || rest.length > 0 ? fail(at) : [height, width, channels];
}

function fail(where: string): never {
  throw new AppError('inspection-unreadable', `inspection.json: ${where}`);
}

function fields(value: unknown, at: string): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : fail(at);
}

function list(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) && value.length <= longestList ? value as readonly unknown[] : fail(at);
}

function text(value: unknown, at: string): string {
  return typeof value === 'string' && value.length <= 1000 ? value : fail(at);
}

function textOrNull(value: unknown, at: string): string | null {
  return value === null || value === undefined ? null : text(value, at);
}

function finite(value: unknown, at: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fail(at);
}

function measured(value: unknown, at: string): number {
  return readMeasured(value) ?? fail(at);
}

function index(value: unknown, at: string): number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e6 ? value as number : fail(at);
}

function side(value: unknown, at: string): number {
  const size = index(value, at);
  return size >= 1 && size <= largestSide ? size : fail(at);
}
