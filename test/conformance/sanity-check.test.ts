import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import decode, { init } from '@jsquash/webp/decode';
import { tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkCard } from '../../src/contract/card';
import { planeOf } from '../../src/contract/map-plane';
import { createExecutor } from '../../src/engine/executor';
import type { Executor } from '../../src/engine/executor.interface';
import { findExplanation } from '../../src/explain/registry';
import { agreementAtTheTop, judgeSanity, measureSanity, type SanityStep } from '../../src/explain/sanity';
import { readNetwork } from '../../src/formats/read-network';
import type { NetworkGraph } from '../../src/graph/network-graph';
import { explainNow } from './run-explanation';
import { startWasm } from './wasm-in-node';

/* Axiom ax.random_weights of shared/vectors/captum.json (Adebayo et al. 2018), on the trained networks and pictures of the app. */

const root = fileURLToPath(new URL('../../public/', import.meta.url));
const methods = ['gradient', 'grad-cam', 'guided-backprop', 'deconvnet'] as const;
type Method = (typeof methods)[number];

beforeAll(async () => {
  await startWasm();
  await init(await WebAssembly.compile(readFileSync(createRequire(import.meta.url).resolve('@jsquash/webp/codec/dec/webp_dec.wasm'))));
});

async function openShipped(id: string): Promise<{ readonly graph: NetworkGraph; readonly card: NetworkCard }> {
  const folder = `${root}models/${id}/`;
  const graph = await readNetwork({ name: 'model.json', bytes: readFileSync(`${folder}model.json`), readBeside: async (path) => readFileSync(`${folder}${path}`) });
  return { graph, card: JSON.parse(readFileSync(`${folder}card.json`, 'utf8')) as NetworkCard };
}

/** A picture of the gallery, the nearest pixel for each of the network's. */
async function openPicture(name: string, { input: { height, width, channels, mean, std } }: NetworkCard): Promise<Tensor4D> {
  const picture = await decode(Uint8Array.from(readFileSync(`${root}gallery/${name}.webp`)).buffer);
  const values = Float32Array.from({ length: height * width * channels }, (_, index) => {
    const channel = index % channels;
    const place = Math.floor(index / channels);
    const y = Math.floor(((Math.floor(place / width) + 0.5) * picture.height) / height);
    const x = Math.floor((((place % width) + 0.5) * picture.width) / width);
    return ((picture.data[(y * picture.width + x) * 4 + channel] ?? Number.NaN) - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  });
  return tensor4d(values, [1, height, width, channels]);
}

async function cascade(graph: NetworkGraph, input: Tensor4D, method: Method, target: number, seed: number): Promise<readonly SanityStep[]> {
  const asShown = async (executor: Executor): Promise<Float32Array> => {
    const { values, shape } = await explainNow(method, { executor, input, target });
    return planeOf(values, shape.slice(1), findExplanation(method).pixel).values.map(Math.abs);
  };
  const trained = createExecutor(graph);
  const run = measureSanity({
    graph, scoreLayer: graph.logits, createExecutor, original: await asShown(trained), seed, maxSteps: 8, explain: async function* again(executor) {
      yield { fraction: 0 };
      return asShown(executor);
    },
  });
  trained.dispose();
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return value;
  }
}

describe.each([['everyday', ['lemon', 'ladybird'], ['lemon', 'ladybird (ladybug)']], ['digits', ['digit-3', 'digit-5'], ['three (3)', 'five (5)']]] as const)('%s, randomised from the top', (id, pictures, names) => {
  const answers: (string | undefined)[] = [];
  const found: Record<Method, (readonly SanityStep[])[]> = { gradient: [], 'grad-cam': [], 'guided-backprop': [], deconvnet: [] };

  beforeAll(async () => {
    const { graph, card } = await openShipped(id);
    const executor = createExecutor(graph);
    for (const name of pictures) {
      const input = await openPicture(name, card);
      const pass = executor.forward(input, { mode: 'live', taps: new Set() });
      const logits = [...pass.logits.dataSync()];
      pass.dispose();
      const target = logits.indexOf(Math.max(...logits));
      answers.push(card.classes[target]);
      for (const method of methods) for (const seed of [1, 2]) found[method].push(await cascade(graph, input, method, target, seed));
      input.dispose();
    }
    executor.dispose();
  });

  it('knows its pictures', () => {
    expect(answers).toEqual(names);
  });

  it.each(['gradient', 'grad-cam'] as const)('%s changes visibly, and is said to depend on what was learned', (method) => {
    for (const steps of found[method]) {
      expect(agreementAtTheTop(steps)).toBeLessThan(0.55);
      expect(judgeSanity(steps)).toBe(true);
    }
  });

  it('guided backpropagation hardly changes while the upper layers forget, and that is said', () => {
    for (const steps of found['guided-backprop']) {
      expect(agreementAtTheTop(steps)).toBeGreaterThan(0.8);
      expect(judgeSanity(steps)).toBe(false);
    }
  });

  const mean = (method: Method): number => found[method].reduce((sum, steps) => sum + agreementAtTheTop(steps), 0) / found[method].length;

  it('deconvnet changes less than the gradient on everyday, at least as much on digits, as its words say', () => {
    const more = mean('deconvnet') - mean('gradient');
    expect(id === 'everyday' ? more > 0.1 : more < 0.005, String(more)).toBe(true);
  });

  it('guided backpropagation changes far less than gradient, Grad-CAM and deconvnet', () => {
    for (const other of ['gradient', 'grad-cam', 'deconvnet'] as const) expect(mean('guided-backprop') - mean(other), other).toBeGreaterThan(0.3);
    console.info(`${id}, agreement while the upper third forgets: ${methods.map((method) => `${method} ${mean(method).toFixed(2)}`).join(', ')}`);
  });
});

describe('the verdict', () => {
  const steps = (...correlations: readonly number[]): readonly SanityStep[] => correlations.map((correlation, index) => ({ layer: `${index}`, correlation }));

  it('wants less than 0.5 at the end; an order turned round is a change', () => {
    expect([0.49, 0.5, 0.9, -0.49, -0.9].map((last) => judgeSanity(steps(0.1, 0.1, last)))).toEqual([true, false, false, true, true]);
  });

  it('wants less than 0.8 on average over the upper third', () => {
    expect(judgeSanity(steps(0.9, 0.71, 0.9, 0.9, 0.9, 0))).toBe(false);
    expect(judgeSanity(steps(0.9, 0.69, 0.9, 0.9, 0.9, 0))).toBe(true);
    expect(judgeSanity(steps(0.81, 0.2, 0.2))).toBe(false);
    expect(judgeSanity(steps(0.79, 0.9, 0.2))).toBe(true);
    expect(judgeSanity([])).toBe(true);
  });
});
