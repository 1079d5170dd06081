import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import type { LayerInfo } from '../../contract/events';
import { spec } from '../choices';
import { inspecting, maps, methods, type MapRequest } from '../inspection';
import { describeForTest, settle, showNetworkForTest, useInspection } from '../inspection.fixture';
import { fakeSource } from '../testing.fixture';
import { network } from '../worker-state';
import { chooseNetwork } from './choose-network';
import { closeInspection, makeMap, openInspection, readMethods, remakeMap } from './explain-frame';
import { showSource } from './show-source';

const request: MapRequest = { method: 'gradient', target: { kind: 'top' }, layer: null, parameters: {} };
let stage: ReturnType<typeof useInspection>;
beforeEach(() => { stage = useInspection(); });
const only = () => { const [map] = maps.peek(); if (map === undefined) throw new Error('no map'); return map; };

describe('the inspection', () => {
  it('freezes what is live, and ends all that runs when it is closed', async () => {
    showSource(fakeSource('camera'));
    const opening = openInspection();
    await settle();
    stage.fake.page.nowMs = 1500;
    await opening;
    expect(inspecting.peek()).toBe(true);
    expect(maps.peek()).toHaveLength(1);
    expect(stage.fake.made.map(({ kind }) => kind)).toContain('still');
    stage.see(9);
    await settle();
    closeInspection();
    await settle();
    expect(only().phase).toBe('cancelled');
    expect(inspecting.peek()).toBe(false);
  });

  it('makes none of another picture where one that is there will follow it', async () => {
    await readMethods();
    void makeMap(request);
    await settle();
    stage.asked[0]?.finish({ sequence: 1 });
    await settle();
    stage.fake.page.nowMs = 3000;
    showSource(fakeSource('still'));
    await openInspection();
    expect(maps.peek()).toHaveLength(1);
    maps.value = maps.peek().map((map) => ({ ...map, network: 'other' }));
    await openInspection();
    expect(maps.peek()).toHaveLength(2);
  });

  it('looks at the layer that was chosen for the live map where this network has it and the method takes one', async () => {
    const firstLayer = async (method: string, chosen: string): Promise<string | null> => {
      maps.value = [];
      spec.value = { ...spec.peek(), explanationLayer: chosen };
      methods.value = [describeForTest('gradient'), describeForTest('grad-cam', { choosesLayer: true })];
      showNetworkForTest('n');
      if (network.value !== null) network.value = { ...network.value, layers: [{ id: 'conv2', name: 'conv2' } as LayerInfo] };
      await openInspection(method);
      return only().request.layer;
    };
    expect(await firstLayer('grad-cam', 'conv2')).toBe('conv2');
    expect(await firstLayer('gradient', 'conv2')).toBeNull();
    expect(await firstLayer('grad-cam', 'of-another-network')).toBeNull();
    chooseNetwork('next');
    expect(spec.peek().explanationLayer).toBeNull();
  });

  it('does not make a map of another network again: it would explain something else', async () => {
    await readMethods();
    void makeMap(request);
    await settle();
    stage.asked[0]?.finish({ sequence: 1 });
    await settle();
    const before = { ...only(), network: 'other' };
    maps.value = [before];
    await remakeMap(before.id, before.request);
    expect(maps.peek()).toEqual([before]);
    expect(stage.asked).toHaveLength(1);
  });

  it('does not open where no frame can be frozen', async () => {
    showSource(fakeSource('camera'));
    stage.fake.refuse = new AppError('camera-ended', 'x');
    await openInspection();
    expect(inspecting.peek()).toBe(false);
  });
});
