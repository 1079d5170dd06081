import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import type { FaithfulnessResult, SanityResult } from '../../contract/jobs';
import { defaultSpec } from '../../contract/session-spec';
import { changeSpec, spec } from '../choices';
import { describeValues } from '../describe-map';
import { errorTexts } from '../error-texts';
import { reportFailure, failure } from '../failure';
import { inspecting, isStale, maps, methodOf, methods, openingMaps, planeOfMap, type InspectedMap } from '../inspection';
import { describeForTest, settle, useInspection } from '../inspection.fixture';
import { nameNetworkOf, nameTargetOf } from '../name-map';
import { receiveEvent } from '../receive-event';
import { listSavedMaps } from '../saved-inspection';
import { filmstrip, playingClip } from '../pictures';
import { source } from '../source-state';
import { fakeSource } from '../testing.fixture';
import { network, status } from '../worker-state';
import { checkFaithfulness, checkSanity, makeMap, readMethods, remakeMap, removeMap } from './explain-frame';
import { followPicture } from './follow-picture';
import { openSavedInspection, saveInspection } from './save-inspection';
import { showSource } from './show-source';

const curves: FaithfulnessResult = {
  kind: 'faithfulness', deletion: [1, 0], insertion: [0, 1], randomDeletion: [1, 0], randomInsertion: [0, 1], areas: { deletion: 0.2, insertion: 0.8, randomDeletion: 0.5, randomInsertion: 0.5 },
};
const sane: SanityResult = { kind: 'sanity', steps: [{ layer: 'fc', correlation: 0.1 }], dependsOnWeights: true };

let stage: ReturnType<typeof useInspection>;
beforeAll(() => followPicture());
beforeEach(async () => {
  stage = useInspection();
  spec.value = { ...defaultSpec, network: 'cups' };
  status.value = stage.fake.runtime.supervisor.status;
  inspecting.value = true;
  network.value = null;
  arrive('cups', ['cup', 'bowl']);
  stage.see(1);
  await settle();
});

function arrive(id: string, classes: readonly string[]): void {
  receiveEvent({
    kind: 'network', network: id, explanationLayer: null, answersStandAlone: false, layers: [],
    card: { id, name: `The network ${id}`, classes, input: { channels: 3 } } as unknown as Extract<Parameters<typeof receiveEvent>[0], { kind: 'network' }>['card'],
  });
}
function refuseNetwork(): void {
  stage.fake.runtime.supervisor.apply = () => Promise.reject(new AppError('network-missing', 'cups'));
}
const at = (index: number): InspectedMap => {
  const map = maps.peek()[index];
  if (map === undefined) throw new Error(`no map ${index}`);
  return map;
};
/** Turns of the window too: files are read and packed in parts. */
const wait = async (until: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 200 && !until(); turn += 1) await new Promise((resolve) => { setTimeout(resolve, 1); });
};
async function makeBoth(): Promise<void> {
  void makeMap({ method: 'gradient', target: { kind: 'class', index: 1 }, layer: null, parameters: {} });
  void makeMap({ method: 'occlusion', target: { kind: 'top' }, layer: null, parameters: {} });
  await settle();
  stage.asked[0]?.finish({ sequence: 1, targetIndex: 1 });
  stage.asked[1]?.finish({ sequence: 1, method: 'occlusion' });
  await settle();
}
/** Opens a file and lets the network see its picture. */
async function open(file: Blob, sequence: number): Promise<void> {
  const before = source.peek();
  const opening = openSavedInspection(file);
  await wait(() => source.peek() !== before);
  stage.fake.page.nowMs += 1000;
  stage.see(sequence);
  await opening;
}

describe('a saved inspection that is opened again', () => {
  it('shows a map of the picture before as what it is, with its checks, until it is made again', async () => {
    await makeBoth();
    void checkFaithfulness(at(1).job);
    void checkSanity(at(1).job);
    await settle();
    stage.asked[2]?.finish(curves);
    stage.asked[3]?.finish(sane);
    stage.fake.page.nowMs += 1000;
    showSource(fakeSource('still'));
    stage.see(2);
    await settle();
    stage.asked.at(-1)?.finish({ sequence: 2, targetIndex: 1 });
    await settle();
    expect(maps.peek().map(isStale)).toEqual([false, true]);
    const { file } = await saveInspection();
    stage.asked.splice(0);
    await open(file, 7);
    expect(maps.peek().map(isStale)).toEqual([false, true]);
    expect(at(1)).toMatchObject({ phase: 'done', faithfulness: { result: curves }, sanity: { result: sane } });
    expect(stage.asked, 'nothing is made anew by itself').toEqual([]);
    void remakeMap(at(1).id, at(1).request);
    await settle();
    expect(isStale(at(1)), 'until it is done').toBe(true);
    stage.asked[0]?.finish({ sequence: 7, method: 'occlusion' });
    await settle();
    expect(maps.peek().map(isStale)).toEqual([false, false]);
    expect(at(1)).toMatchObject({ faithfulness: null, sanity: null, origin: null });
  });

  it('is named by the map that is saved, also while another one is made in its place', async () => {
    await makeBoth();
    void remakeMap(at(1).id, at(1).request);
    await settle();
    receiveEvent({ kind: 'job', job: at(1).job, sequence: 1, fraction: 0.5, note: { steps: null }, partial: { shape: [1, 1, 1], values: Float32Array.of(1) } });
    expect(nameTargetOf(at(1)), 'of a part it is not known yet').toBe('the top answer');
    expect(listSavedMaps(maps.peek()).map(({ targetName }) => targetName)).toEqual(['bowl', 'cup']);
  });

  it('becomes stale with the next picture; its quick maps follow that one', async () => {
    await makeBoth();
    const { file } = await saveInspection();
    await open(file, 5);
    stage.asked.splice(0);
    stage.fake.page.nowMs += 1000;
    showSource(fakeSource('still'));
    expect(maps.peek().map(isStale)).toEqual([true, true]);
    stage.see(6);
    await settle();
    expect(stage.asked.map(({ what }) => (what.kind === 'explain' ? what.method : null))).toEqual(['gradient']);
  });

  it('keeps the words of its network where another one is on screen', async () => {
    await makeBoth();
    const { file } = await saveInspection();
    spec.value = { ...defaultSpec, network: 'cars' };
    arrive('cars', ['lorry', 'tram']);
    await settle();
    const opening = openSavedInspection(file);
    await wait(() => spec.peek().network === 'cups');
    reportFailure(new AppError('network-missing', 'cups'));
    await opening;
    expect(maps.peek().map((map) => [nameTargetOf(map), nameNetworkOf(map)])).toEqual([['bowl', 'The network cups'], ['cup', 'The network cups']]);
    expect(maps.peek().map(isStale), 'no frame was seen yet').toEqual([false, false]);
    stage.fake.page.nowMs += 1000;
    stage.see(9);
    expect(maps.peek().map(isStale), 'the other network saw the picture').toEqual([false, false]);
    // Saved once more, they still are what they were.
    const again = await saveInspection();
    expect(again.name, 'the network that saw the picture').toMatch(/^innerview-cars-/);
    spec.value = { ...defaultSpec, network: 'cars' };
    network.value = null;
    methods.value = [];
    refuseNetwork();
    await open(again.file, 10);
    expect(maps.peek().map((map) => [map.network, nameTargetOf(map)])).toEqual([['cups', 'bowl'], ['cups', 'cup']]);
  });

  it('names no class of another network where the file is silent', async () => {
    await makeBoth();
    maps.value = maps.peek().map((map) => ({ ...map, network: 'gone', origin: null }));
    expect(nameTargetOf(at(0))).toBe('class 1');
    expect(nameNetworkOf(at(0))).toBe('gone');
  });

  it('is drawn where there is no network at all, opened twice, and can be saved again', async () => {
    await makeBoth();
    const { file } = await saveInspection();
    for (const map of maps.peek()) removeMap(map.id);
    spec.value = { ...defaultSpec, network: 'cars' };
    network.value = null;
    methods.value = [];
    let asked = 0;
    stage.fake.runtime.supervisor.describeExplanations = () => { asked += 1; return Promise.reject(new AppError('internal', 'no network')); };
    refuseNetwork();
    for (const time of ['first', 'second']) {
      const before = source.peek();
      const opening = openSavedInspection(file);
      await wait(() => source.peek() !== before);
      // The first time the worker says so because of the choice that was made.
      if (time === 'first') reportFailure(new AppError('network-missing', 'cups'));
      await opening;
      expect(maps.peek().map((map) => [methodOf(map)?.name, nameTargetOf(map), isStale(map)]), time).toEqual([['gradient', 'bowl', false], ['occlusion', 'cup', false]]);
      expect([...planeOfMap(at(0))?.values ?? []]).toEqual([1, -2]);
      expect(describeValues(at(0))).toBe('−2.00 to 1.00');
      expect(failure.peek()?.code, 'the reason stays on screen').toBe('network-missing');
    }
    expect(asked).toBe(0);
    const again = await saveInspection();
    expect(again.name).toMatch(/^innerview-cups-/);
  });

  it('brings its network with that network’s own preprocessing, and leaves what was opened before', async () => {
    await makeBoth();
    const { file } = await saveInspection();
    // Questions of a network that is being brought are open, which tries its guesses.
    spec.value = { ...defaultSpec, network: 'draft', input: { mean: [123, 116, 103], std: [1, 1, 1], channelOrder: 'bgr' } };
    playingClip.value = 'a.webm';
    filmstrip.value = [{ title: 'mine', address: 'blob:1', owned: false, builtIn: null, load: async () => new Blob([]) }];
    arrive('draft', ['a', 'b']);
    stage.see(2);
    const opening = openSavedInspection(file);
    await wait(() => spec.peek().network === 'cups');
    expect(spec.peek().input).toBeNull();
    expect([openingMaps.peek(), playingClip.peek(), filmstrip.peek()]).toEqual([2, null, []]);
    arrive('cups', ['cup', 'bowl']);
    stage.fake.page.nowMs += 1000;
    stage.see(3);
    await opening;
    expect([openingMaps.peek(), maps.peek().length]).toEqual([null, 2]);
  });

  it('is not waited for when the person goes on with another network, picture or a file that cannot be read', async () => {
    await makeBoth();
    const { file } = await saveInspection();
    spec.value = { ...defaultSpec, network: 'cars' };
    arrive('cars', ['lorry', 'tram']);
    const waiting = async (): Promise<{ readonly done: () => boolean }> => {
      let done = false;
      void openSavedInspection(file).then(() => { done = true; });
      await wait(() => openingMaps.peek() !== null);
      return { done: () => done };
    };
    const first = await waiting();
    await openSavedInspection(new Blob(['no inspection']));
    expect([failure.peek()?.code, openingMaps.peek(), first.done()], 'the one that is being opened goes on').toEqual(['inspection-unreadable', 2, false]);
    failure.value = null;
    changeSpec({ network: 'trams' });
    await wait(first.done);
    expect([first.done(), openingMaps.peek()]).toEqual([true, null]);
    spec.value = { ...defaultSpec, network: 'cars' };
    const second = await waiting();
    stage.fake.page.nowMs += 1000;
    showSource(fakeSource('still'));
    await wait(second.done);
    expect([second.done(), openingMaps.peek(), maps.peek()]).toEqual([true, null, []]);
  });

  it('gives way to the next file that is opened while it waits', async () => {
    await makeBoth();
    const two = (await saveInspection()).file;
    removeMap(at(0).id);
    const one = (await saveInspection()).file;
    const first = openSavedInspection(two);
    const second = openSavedInspection(one);
    await wait(() => openingMaps.peek() === 1);
    stage.fake.page.nowMs += 1000;
    stage.see(4);
    await Promise.all([first, second]);
    expect([openingMaps.peek(), maps.peek().map((map) => map.request.method)]).toEqual([null, ['occlusion']]);
  });

  it('made by another program version: a method that is not known here is drawn as the file says', async () => {
    await makeBoth();
    maps.value = maps.peek().map((map) => ({ ...map, request: { ...map.request, method: 'new' } }));
    methods.value = [describeForTest('new', { pixel: 'strongest' })];
    const { file } = await saveInspection();
    await readMethods();
    await open(file, 5);
    expect([...planeOfMap(at(0))?.values ?? []]).toEqual([1, 2]);
  });

  it('that is none, is too large, or has no readable picture: what is on screen stays, and the only thing to do about it is nothing', async () => {
    await makeBoth();
    const { file } = await saveInspection();
    const before = [source.peek(), maps.peek(), inspecting.peek(), spec.peek()];
    const huge = Object.defineProperty(new Blob(['x']), 'size', { value: 1e9 });
    stage.fake.runtime.sources.keptStill = () => Promise.reject(new AppError('picture-unreadable', 'not a picture'));
    for (const [wrong, code] of [[new Blob(['a list of labels']), 'inspection-unreadable'], [file.slice(0, Math.floor(file.size / 2)), 'inspection-unreadable'], [huge, 'inspection-too-large'], [file, 'inspection-unreadable']] as const) {
      failure.value = null;
      await openSavedInspection(wrong);
      expect(failure.peek()?.code).toBe(code);
      expect(errorTexts[code].steps).toEqual(['dismiss']);
      expect([source.peek(), maps.peek(), inspecting.peek(), spec.peek()]).toEqual(before);
      expect(openingMaps.peek()).toBeNull();
    }
  });
});
