import { batch, signal } from '@preact/signals-core';
import type { FrameSource } from '../../camera/frame-source';
import { findFiniteRange } from '../../contract/value-range';
import { AppError, toErrorReport } from '../../contract/errors';
import { changeSpec, changeView, spec } from '../choices';
import { clearFailure, failure, reportFailure } from '../failure';
import { inputBeingTried } from '../import-state';
import { inputNeed } from '../input-need';
import { inspecting, maps, mostMaps, openingMaps, type InspectedMap } from '../inspection';
import { nameNetworkOf } from '../name-map';
import { firstSequence, pictureNumber } from '../picture-seen';
import { getRuntime } from '../runtime';
import { inspectionEnding, largestInspectionBytes, listSavedMaps, packInspection, unpackInspection, type SavedInspection, type SavedMap } from '../saved-inspection';
import { begun, source } from '../source-state';
import { takeTurns } from '../take-turns';
import { until } from '../until';
import { network, status } from '../worker-state';
import { readMethods, removeMap } from './explain-frame';
import { forgetAllRemoved } from './offer-removed';
import { leavePictures } from './open-picture';
import { reapply } from './reapply';
import { closeCamera, showSource } from './show-source';

/** The inspection on screen as one file: picture, maps, checks. @throws AppError when there is no still picture */
export async function saveInspection(): Promise<{ readonly name: string; readonly file: Blob }> {
  const still = source.peek();
  const shown = network.peek();
  const [first] = maps.peek();
  // Where no network could be loaded, what came with a file can be saved again.
  const by = shown !== null ? { network: shown.network, networkName: shown.card.name }
    : first === undefined ? null : { network: first.network, networkName: nameNetworkOf(first) };
  if (still === null || !still.still || by === null) throw new AppError('internal', 'nothing is frozen');
  const file = await packInspection({
    ...by, savedAt: new Date().toISOString(), label: still.label, mirror: still.mirror,
    picture: await getRuntime().sources.encodeStill(still), array: still.takeArray?.() ?? null, maps: listSavedMaps(maps.peek()),
  });
  return { name: `innerview-${by.network}-${new Date().toISOString().slice(0, 16).replaceAll(/[:T]/g, '-')}${inspectionEnding}`, file };
}

let asked = 0;
/** The file that is on screen, or was last: of two that are opened at once the last one counts, if it can be read. */
const opened = signal(0);

/** Opens a saved inspection: its picture, its network where it is on this device, its maps as they were. */
export async function openSavedInspection(file: Blob): Promise<void> {
  const mine = (asked += 1);
  try {
    if (file.size > largestInspectionBytes) throw new AppError('inspection-too-large', `${file.size} bytes`);
    const saved = unpackInspection(new Uint8Array(await file.arrayBuffer()));
    const still = await makeStill(saved);
    if (mine < opened.peek()) {
      still.dispose();
      return;
    }
    opened.value = mine;
    clearFailure();
    // First, so that none is made anew when the network comes.
    for (const map of maps.peek()) removeMap(map.id);
    // Offered back, they would stand beside a picture that they are not of.
    forgetAllRemoved();
    if (spec.peek().network !== saved.network) changeSpec({ network: saved.network, networkRevision: 0, input: inputBeingTried(saved.network), openLayer: null, openChannel: null, explanationLayer: null, target: { kind: 'top' } });
    // Asked for before and not there: it is asked for once more, or nothing would say that it is still missing.
    else if (network.peek()?.network !== saved.network) reapply();
    showSource(still);
    closeCamera();
    batch(() => {
      leavePictures();
      openingMaps.value = saved.maps.length;
      begun.value = true;
      inspecting.value = true;
    });
    changeView({ picture: null });
    // Without its network (it is not on this device, say) the maps can still be looked at: they bring their words along.
    const isOver = (): boolean => failure.value !== null || status.value.phase === 'failed'
      // The person went on: another picture, network or file.
      || source.value !== still || spec.value.network !== saved.network || opened.value !== mine;
    await until(() => network.value?.network === saved.network || isOver());
    // The network on screen may be another one, which refuses this picture.
    await until(() => firstSequence.value !== null || inputNeed.value !== null || isOver());
    if (network.peek() !== null) await readMethods();
    // One after the other: each is coloured and drawn in a task of its own.
    for (const [index, map] of saved.maps.slice(0, mostMaps).entries()) {
      if (source.peek() !== still || mine !== opened.peek()) return;
      maps.value = [...maps.peek(), restoreMap(saved, map, index)];
      await takeTurns();
    }
  } catch (thrown) {
    reportFailure(thrown);
  } finally {
    if (mine === opened.peek()) openingMaps.value = null;
  }
}

async function makeStill({ array, picture, label, mirror }: SavedInspection): Promise<FrameSource> {
  const { sources } = getRuntime();
  if (array !== null) return sources.arraySource({ name: label, ...array, ...findFiniteRange(array.values) });
  try {
    return await sources.keptStill(picture, label, mirror);
  } catch (thrown) {
    // It is the picture within the file; another picture would not help.
    throw new AppError('inspection-unreadable', `picture.png: ${toErrorReport(thrown).detail}`, false, { cause: thrown });
  }
}

function restoreMap(saved: SavedInspection, map: SavedMap, index: number): InspectedMap {
  const { request, result, faithfulness, sanity, stale, method, targetName } = map;
  const id = `saved-${Date.now()}-${index}`;
  const { id: networkId, name: networkName } = map.network ?? { id: saved.network, name: saved.networkName };
  return {
    id, job: id, network: networkId, request, phase: 'done', fraction: 1, note: result.note, begunOn: null, partial: null, error: null, result,
    // It belongs to the picture that was just put on screen, unless it did not when it was saved.
    origin: { picture: pictureNumber.peek(), stale, method, targetName, networkName },
    faithfulness: faithfulness === null ? null : { phase: 'done', fraction: 1, result: faithfulness, error: null },
    sanity: sanity === null ? null : { phase: 'done', fraction: 1, result: sanity, error: null },
  };
}
