import { describe, expect, it } from 'vitest';
import { explanations, findExplanation } from '../src/explain/registry';
import { readParameters, type ProbeParameters } from './probe-parameters';

const read = (method: string, params: string): ProbeParameters => readParameters(JSON.parse(params) as Record<string, unknown>, findExplanation(method), explanations);

describe('settings of a method', () => {
  it('are read by either spelling', () => {
    expect(read('score-cam', '{"align_corners": false, "epsilon": 1e-8}').parameters).toEqual({ alignCorners: false, epsilon: 1e-8 });
    expect(read('occlusion', '{"window": [5, 7], "stride": 4, "baseline": -0.5}')).toEqual({ parameters: { window: [5, 7], stride: 4, baseline: -0.5 }, arrays: {}, ignored: [] });
  });

  it('may be arrays beside the input', () => {
    expect(read('smooth-grad', '{"noise": "noise.npy"}')).toEqual({ parameters: {}, arrays: { noise: 'noise.npy' }, ignored: [] });
    expect(read('deep-lift', '{"baseline": "b.npy"}').arrays).toEqual({ baseline: 'b.npy' });
  });

  it('are arrays of the methods that take them, and of no other', () => {
    const taken = (name: 'noise' | 'baseline'): readonly string[] => explanations.map(({ id }) => id).filter((id) => {
      const { arrays, ignored } = read(id, `{"${name}": "x.npy"}`);
      expect(ignored, id).toEqual(arrays[name] === undefined ? [name] : []);
      return arrays[name] !== undefined;
    });
    expect(taken('noise').toSorted()).toEqual(['smooth-grad', 'var-grad']);
    expect(taken('baseline').toSorted()).toEqual(['deep-lift', 'integrated-gradients', 'occlusion', 'rise']);
  });

  it('of other methods are named, not passed on', () => {
    expect(read('lrp-alpha1-beta0', '{"epsilon": 0.1}')).toEqual({ parameters: {}, arrays: {}, ignored: ['epsilon'] });
  });

  it.each([
    ['integrated-gradients', '{"stepz": 5}', "no method has a setting 'stepz'; integrated-gradients has steps, baseline, seed"],
    ['gradient', '{"__proto__": 1}', "no method has a setting '__proto__'; gradient has none"],
    ['integrated-gradients', '{"steps": null}', 'steps is no number'],
    ['integrated-gradients', '{"steps": {"a": 1}}', 'steps is no number'],
    ['integrated-gradients', '{"baseline": 1e999}', 'baseline is no number'],
    ['occlusion', '{"window": [5, "x"]}', 'window is no number'],
    ['smooth-grad', '{"noise": 3}', 'noise is the name of a .npy file'],
    ['score-cam', '{"alignCorners": true, "align_corners": false}', 'alignCorners is there twice'],
  ])('are refused: %s %s', (method, params, message) => {
    expect(() => read(method, params)).toThrow(message);
  });
});
