import { beforeEach, expect, it } from 'vitest';
import { askForMap, closeInspection, makeMap, openInspection, putMapBack, removeMap, takeMapOff } from './actions/explain-frame';
import { chosenMap, mapInFocus, shownOnRequest } from './chosen-map';
import { maps, type MapRequest } from './inspection';
import { settle, useInspection } from './inspection.fixture';

const request: MapRequest = { method: 'gradient', target: { kind: 'top' }, layer: null, parameters: {} };
const newest = (): string => maps.peek().at(-1)?.id ?? 'none';
const inFocus = (): string => mapInFocus.peek()?.id ?? 'none';
beforeEach(() => {
  useInspection();
  chosenMap.value = null;
  shownOnRequest.value = null;
});

it('a map that is asked for anywhere is the chosen one and comes into sight, also after another one was chosen', async () => {
  void askForMap(request);
  const first = newest();
  expect([inFocus(), shownOnRequest.peek()]).toEqual([first, first]);
  void askForMap(request);
  chosenMap.value = first;
  void askForMap({ ...request, method: 'occlusion' });
  expect([inFocus(), shownOnRequest.peek()]).toEqual([newest(), newest()]);
  expect(newest()).not.toBe(first);
  await settle();
});

it('a slow method of the live list is the chosen one, whatever was chosen before the inspection was closed', async () => {
  await openInspection();
  const before = newest();
  expect([inFocus(), shownOnRequest.peek()], 'the first map comes by itself: the picture stays in sight').toEqual([before, null]);
  chosenMap.value = before;
  closeInspection();
  await openInspection('occlusion');
  expect(newest()).not.toBe(before);
  expect([inFocus(), shownOnRequest.peek()]).toEqual([newest(), newest()]);
});

it('where the chosen one is gone the newest is; put back it is the chosen one again', async () => {
  void makeMap(request);
  const first = newest();
  void makeMap(request);
  chosenMap.value = first;
  takeMapOff(first);
  expect(inFocus()).toBe(newest());
  chosenMap.value = newest();
  putMapBack(first);
  expect([inFocus(), shownOnRequest.peek()]).toEqual([first, first]);
  for (const { id } of maps.peek()) removeMap(id);
  expect(mapInFocus.peek()).toBeNull();
  await settle();
});
