import { describe, expect, it } from 'vitest';
import { explanations } from '../explain/registry';
import { isPlaneSigned } from '../contract/map-plane';
import { describeAllZero, describeNothingPositive, describeSigns, type ExplainedScore } from './map-meanings';

describe('what is said of the colours', () => {
  it.each(explanations.map((method) => [method.id, method] as const))('of %s names the colours that are drawn', (_, method) => {
    const words = describeSigns(method);
    expect(/orange/i.test(words), 'both colours of a plane of both signs').toBe(isPlaneSigned(method));
    expect(/^bright/i.test(words)).toBe(!isPlaneSigned(method));
    expect(words).toMatch(/^[A-Z].+\.$/);
  });

  it('calls nothing evidence that is none', () => {
    const saysEvidence = (id: string): boolean => explanations.filter((method) => method.id === id).some((method) => /speaks for it/.test(describeSigns(method)));
    expect(['grad-cam', 'occlusion', 'integrated-gradients', 'cam'].map(saysEvidence)).toEqual([true, true, true, true]);
    expect(['gradient', 'saliency', 'smooth-grad', 'var-grad', 'guided-backprop', 'deconvnet', 'guided-grad-cam', 'eigen-cam', 'rise', 'score-cam'].filter(saysEvidence)).toEqual([]);
  });

  it('does not call what raised a score below zero a word against it: the sign is the score’s own', () => {
    const method = { kind: 'input', signed: true, pixel: 'sum', meaning: 'excitation' } as const;
    expect(describeSigns(method, { target: 'class', score: 2 })).toMatch(/^Orange: where the score came from/);
    for (const target of ['top', 'class', 'unit'] as const) {
      const words = describeSigns(method, { target, score: -1.1 });
      expect(words).toMatch(/^Blue: where the score came from, counting only what raised it\. .*its parts take that sign/);
      expect(describeNothingPositive(method, 'cup', { target, score: -1.1 })).toMatch(/^The score for cup is below zero, .*bluest places are those that raised it most/);
    }
    // Of two scores each part has its own sign; the difference's says nothing.
    const ofTwo = [3, -3].map((score) => describeSigns(method, { target: 'difference', score }));
    expect(ofTwo[0]).toBe(ofTwo[1]);
    expect(ofTwo[0]).toMatch(/A score below zero turns the colours of its part round/);
    expect(describeNothingPositive(method, 'cup rather than bowl', { target: 'difference', score: -3 })).not.toMatch(/^The score/);
  });

  it('names what RISE averages: the probability of a class, another value of anything else', () => {
    const method = { kind: 'input', signed: true, pixel: 'only', meaning: 'kept-score' } as const;
    const said = (explained: ExplainedScore): string => describeSigns(method, explained) + describeAllZero(method, 'X', explained) + describeNothingPositive(method, 'X', explained);
    const words = [said({ target: 'top', score: 9 }), said({ target: 'class', score: 9, keepsScore: true }), said({ target: 'difference', score: 9 }), said({ target: 'difference', score: 9, keepsScore: true }), said({ target: 'unit', score: 9 })];
    expect(words.map((text) => [...new Set(text.match(/mean (probability|score|difference of the two \w+|value)/g))])).toEqual([
      ['mean probability'], ['mean score'], ['mean difference of the two probabilities'], ['mean difference of the two scores'], ['mean value'],
    ]);
    expect(words[0], 'no probability is below zero').not.toMatch(/blue/);
  });

  it('keeps each kind of value apart', () => {
    const sentences = new Map(explanations.map((method) => [`${method.meaning} ${isPlaneSigned(method)}`, describeSigns(method)]));
    expect(new Set(sentences.values()).size).toBe(sentences.size);
    expect(sentences.size).toBe(9);
  });
});

describe('what is said of a map that shows nothing', () => {
  const ofClass = { target: 'class', score: -1 } as const;
  const texts = explanations.map((method) => ({ id: method.id, kind: method.kind, meaning: method.meaning, zero: describeAllZero(method, 'cup', ofClass), negative: describeNothingPositive(method, 'cup', ofClass) }));

  it('speaks of a layer only where the map covers one', () => {
    expect(texts.filter(({ kind, zero, negative }) => kind === 'input' && /layer/.test(zero + negative))).toEqual([]);
    expect(texts.filter(({ kind, zero }) => kind === 'layer' && !/layer/.test(zero))).toEqual([]);
  });

  it('does not call zero a word against, nor evidence what is none', () => {
    expect(texts.filter(({ zero }) => zero.includes('speaks against'))).toEqual([]);
    expect(texts.filter(({ meaning, zero, negative }) => meaning !== 'evidence' && /evidence|against/.test(zero + negative))).toEqual([]);
  });
});
