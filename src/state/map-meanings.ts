import type { ExplanationFacts, MapMeaning } from '../contract/explanations';
import { isPlaneSigned } from '../contract/map-plane';
import type { ExplanationTarget } from '../contract/session-spec';

/** What decides how a map is read. */
export type MapReading = Pick<ExplanationFacts, 'kind' | 'signed' | 'pixel' | 'meaning'>;

/** What the map explains, as far as the words for its values depend on it. */
export interface ExplainedScore {
  readonly target: ExplanationTarget['kind'];
  /** null: not known yet. */
  readonly score: number | null;
  /** True: RISE was asked for the mean score, not for the mean probability. */
  readonly keepsScore?: boolean;
}

/** What RISE averages. @param of  the target in words, where it is to be named */
function nameKept({ target, keepsScore = false }: ExplainedScore, of: string | null = null): string {
  if (target === 'unit') return `value of ${of ?? 'the unit'}`;
  const kept = target === 'difference' ? `difference of the two ${keepsScore ? 'scores' : 'probabilities'}` : keepsScore ? 'score' : 'probability';
  return of === null ? kept : `${kept} for ${of}`;
}

/** Whether the parts of a score raised it although they are below zero: they have the score's own sign (`excitation` of `contract/explanations.ts`). */
export function isTurnedRound({ target, score }: ExplainedScore): boolean {
  return target !== 'difference' && score !== null && score < 0;
}

function describeExcitation({ target, score }: ExplainedScore): string {
  if (target === 'difference') return 'Orange: where the first score came from, blue: where the other came from, counting only what raised them. A score below zero turns the colours of its part round. What speaks against is left out.';
  if (isTurnedRound({ target, score })) return 'Blue: where the score came from, counting only what raised it. The score is below zero, and its parts take that sign; what lowered it more is left out. On the networks shipped here the order of such a map says little: taking the bluest places away seldom lowered the score.';
  const traces = score === null ? 'blue is where a score is below zero' : 'traces of blue come from branches of the network that are added up';
  return `Orange: where the score came from, counting only what raised it. What speaks against it is left out; ${traces}.`;
}

/**
 * What the colours of a map mean. A plane of both signs is drawn in orange and blue, any other from dark to bright.
 * @param explained  a class whose score is not known where it is left out
 */
export function describeSigns(method: Omit<MapReading, 'kind'>, explained: ExplainedScore = { target: 'class', score: null }): string {
  const signed = isPlaneSigned(method);
  switch (method.meaning) {
    case 'evidence': return signed
      ? 'Orange speaks for it, blue against it; where the picture shows through, the map says nothing.'
      : 'Bright speaks for it. What speaks against it is left out.';
    case 'excitation': return signed
      ? describeExcitation(explained)
      : 'Bright: where the score came from, counting only what raised it. What speaks against it is left out.';
    case 'sensitivity': return 'Bright: a small change here would change the score most. It does not say in which direction, and it is no evidence for or against.';
    case 'spread': return 'Bright: the gradient wavers most here when noise is added. It is no evidence for or against.';
    case 'modified-gradient': return 'Bright: what the changed gradient marks most, of either sign. It is no derivative of the score and no evidence for or against.';
    case 'pattern': return 'Orange and blue are the two ends of one pattern in the layer. Neither speaks for or against; the class only decides which end is orange.';
    case 'weighted-maps': return 'Bright: active in the layer’s maps, above all in those under which the score stays high. Every map counts for something, so nothing here can speak against it.';
    case 'kept-score': return explained.target === 'unit' || explained.target === 'difference' || explained.keepsScore === true
      ? `The mean ${nameKept(explained)} in the copies in which a place showed: orange above zero, blue below. Only differences within the map mean something.`
      : 'The brighter the orange, the greater the mean probability in the copies in which a place showed. Only differences within the map mean something.';
  }
}

/** The value of one place, named by what it is. */
export function nameValue(meaning: MapMeaning): string {
  switch (meaning) {
    case 'evidence': return 'Evidence here';
    case 'excitation': return 'Share of the score here';
    case 'sensitivity': return 'Sensitivity here';
    case 'spread': return 'Spread of the gradient here';
    case 'modified-gradient': return 'Changed gradient here';
    case 'pattern': return 'Place along the pattern';
    case 'weighted-maps': return 'Weighted activity here';
    case 'kept-score': return 'Mean while it showed';
  }
}

/** What a map of zeros says, which for each kind of value is something else. @param target  in words */
export function describeAllZero(method: MapReading, target: string, explained: ExplainedScore): string {
  const inLayer = method.kind === 'layer' ? ' in this layer' : '';
  switch (method.meaning) {
    case 'evidence': return isPlaneSigned(method)
      ? `Zero everywhere: by this method nothing${inLayer} speaks for ${target}, and nothing against it.`
      : `No positive evidence for ${target}${inLayer}.`;
    case 'excitation': return `Zero everywhere: no part of the score for ${target} arrives${inLayer === '' ? ' at the picture' : inLayer}.`;
    case 'sensitivity': return `Zero everywhere: no small change of this picture would change the score for ${target}.`;
    case 'spread': return 'Zero everywhere: the gradient was the same whatever noise was added.';
    case 'modified-gradient': return `Zero everywhere: nothing comes back to the picture from ${target} by this method.`;
    case 'pattern': return 'Zero everywhere: the layer holds the same values at every place, so there is no pattern.';
    case 'weighted-maps': return 'Zero everywhere: the weighted maps of this layer add up to nothing above zero.';
    case 'kept-score': return `Zero everywhere: whatever part of the picture showed, the mean ${nameKept(explained, target)} was zero.`;
  }
}

/** What a map says that is nowhere above 0, and somewhere below. @param target  in words */
export function describeNothingPositive(method: MapReading, target: string, explained: ExplainedScore): string {
  switch (method.meaning) {
    case 'evidence': return `No positive evidence for ${target}${method.kind === 'layer' ? ' in this layer' : ''}: everything here speaks against it.`;
    case 'excitation': return explained.target === 'difference'
      ? 'Nowhere above zero: what raised the other score outweighs everything here, or the first score is below zero, and then this method gives its part the sign of that score.'
      : `The score for ${target} is below zero, and so is each of its parts: here the bluest places are those that raised it most. What lowered it is not shown.`;
    case 'kept-score': return `Whatever part of the picture showed, the mean ${nameKept(explained, target)} was not above zero.`;
    case 'sensitivity': case 'spread': case 'modified-gradient': case 'pattern': case 'weighted-maps': return '';
  }
}
