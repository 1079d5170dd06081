/** What each map shows and what it does not prove, for everyone. The exact definitions come from the methods themselves. */
export interface MethodText {
  /** What one sees. */
  readonly shows: string;
  /** What it does not prove. */
  readonly limits: string;
}

const camLimits = 'It is coarse: one value covers a large patch, and the edges of a glow mean nothing. It shows where the last maps held evidence, not what in that place counted.';
const sensitivityLimits = 'It shows what a tiny change would do, not what the answer was built from. Where the network is very sure, even the deciding pixels can look dark.';
const modifiedLimits = 'It draws crisp edges of whatever is in the picture, almost without regard to what is explained: make the sanity check and see how little it changes when the last layers forget. Do not take it as evidence.';
const baselineLimits = 'It answers in comparison with a baseline. Another baseline is another question: with black, dark parts of an object get no credit.';
const relevanceLimits = 'It divides the score by rules that someone chose. Other rules divide it otherwise, and none of them is proven to be the right one for your network.';
const removalLimits = 'A picture with a hole is a picture the network was never shown. Part of the fall can come from the hole itself, not from what was lost.';

const texts: Readonly<Record<string, MethodText>> = {
  'grad-cam': { shows: 'Glows where the chosen layer held evidence for what is explained.', limits: camLimits },
  'grad-cam++': { shows: 'Like Grad-CAM, with weights that let several objects of the same kind glow.', limits: camLimits },
  'layer-cam': { shows: 'Like Grad-CAM, but every place has its own weight, so that earlier layers can be looked at too.', limits: camLimits },
  'hires-cam': { shows: 'Like Grad-CAM without averaging the weights: exact where one dense layer follows the maps.', limits: camLimits },
  'score-cam': { shows: 'Shows the network only what one map points at, for every map, and adds up the maps, those with the highest scores most.', limits: `${camLimits} Masked pictures are also unlike anything it learned from.` },
  'eigen-cam': { shows: 'The strongest common pattern of the layer’s maps. It does not ask about any class.', limits: 'It is the same for every class, except for which end of the pattern is called positive, so it cannot say why this answer and not another.' },
  cam: { shows: 'How much each place of the last maps speaks for the class: the mean of all places, plus a constant that is the same for every picture, is the score.', limits: 'Exact only for the last maps; each place there has looked at a large part of the picture.' },
  gradient: { shows: 'How strongly the score would change if a pixel became a little brighter or darker.', limits: sensitivityLimits },
  saliency: { shows: 'Where a tiny change of the picture would change the score most.', limits: sensitivityLimits },
  'gradient-x-input': { shows: 'The gradient times the pixel’s own value, as the network gets it: counted from black, or from a mean colour where one is taken away first.', limits: `${sensitivityLimits} Pixels that are 0 there never get credit.` },
  'smooth-grad': { shows: 'The mean gradient over slightly noisy copies: less grain.', limits: `${sensitivityLimits} How much noise is a choice that changes the map.` },
  'var-grad': { shows: 'Where the gradient wavers most when noise is added.', limits: 'It shows where the network is touchy, which is not the same as where its evidence is.' },
  'integrated-gradients': { shows: 'Divides the difference between this score and the baseline’s score among the pixels; the parts add up.', limits: baselineLimits },
  'guided-backprop': { shows: 'A crisp drawing of edges that excite the network.', limits: modifiedLimits },
  deconvnet: { shows: 'Projects the score back through the layers, as the first such pictures did.', limits: 'It does not ask which units were active for this picture, so it draws edges that could excite the network; on mosaics it points no better than chance. Like guided backpropagation it redraws the picture rather than the decision (Nie et al. 2018) and is known to hardly change when a network forgets; in the sanity check of the networks shipped here it changed more than that: on “everyday” less than the gradient, on “digits” at least as much. Do not take it as evidence.' },
  'guided-grad-cam': { shows: 'The crisp edges of guided backpropagation where Grad-CAM glows.', limits: 'The fine lines are those of guided backpropagation, which hardly knows the class. Only where they are kept is evidence, and that is as coarse as Grad-CAM.' },
  'lrp-epsilon': { shows: 'Hands the score back layer by layer, in proportion to what each unit gave.', limits: relevanceLimits },
  'lrp-gamma': { shows: 'Hands the score back layer by layer and prefers what spoke for it.', limits: relevanceLimits },
  'lrp-alpha1-beta0': { shows: 'Hands the score back layer by layer, counting only what spoke for it.', limits: `${relevanceLimits} What speaks against never appears, and different classes look alike.` },
  'lrp-composite': { shows: 'Hands the score back with the rule that is usual for each kind of layer.', limits: relevanceLimits },
  'deep-lift': { shows: 'Divides the difference from a baseline picture among the pixels, through how each unit changed.', limits: baselineLimits },
  occlusion: { shows: 'Covers one patch after the other and shows how far the score falls.', limits: removalLimits },
  'prediction-difference': { shows: 'Replaces one patch after the other by something likely from around it and shows how far the odds of a class fall, in bits (1 bit: they are halved); of a unit or a difference of two classes, how far its score falls.', limits: `${removalLimits} Here the hole is filled plausibly, which makes that milder, not gone.` },
  rise: { shows: 'Shows thousands of half-hidden copies; each place gets the mean, over those in which it showed, of the probability of a class or the value of a unit.', limits: `${removalLimits} It is a sample: the standard error says how sure it is.` },
};

const unknown: MethodText = { shows: 'Shows what this method computes; see its definition.', limits: 'No map proves by itself why a network answered. Compare methods and use the checks.' };

/** The words for a method. */
export function describeMethod(id: string): MethodText {
  return texts[id] ?? unknown;
}
