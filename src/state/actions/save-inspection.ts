import { AppError } from '../../contract/errors';
import { changeSpec, spec } from '../choices';
import { clearFailure, failure, reportFailure } from '../failure';
import { inspecting, maps, mostMaps, type InspectedMap } from '../inspection';
import { getRuntime } from '../runtime';
import { listSavedMaps, packInspection, unpackInspection, inspectionEnding } from '../saved-inspection';
import { source } from '../source-state';
import { drawn, network } from '../worker-state';
import { readMethods } from './explain-frame';
import { showSource } from './show-source';

/** The inspection on screen as one file: picture, maps, checks. @throws AppError when there is no still picture */
export async function saveInspection(): Promise<{ readonly name: string; readonly file: Blob }> {
  const still = source.peek();
  const shown = network.peek();
  if (still === null || !still.still || shown === null) throw new AppError('internal', 'nothing is frozen');
  const file = await packInspection({
    network: shown.network, networkName: shown.card.name, savedAt: new Date().toISOString(), label: still.label, mirror: still.mirror,
    picture: await getRuntime().sources.encodeStill(still), maps: listSavedMaps(maps.peek()),
  });
  return { name: `innerview-${shown.network}-${new Date().toISOString().slice(0, 16).replaceAll(/[:T]/g, '-')}${inspectionEnding}`, file };
}

/** Opens a saved inspection: its picture, its network where it is on this device, its maps as they were. */
export async function openSavedInspection(file: Blob): Promise<void> {
  try {
    const saved = unpackInspection(new Uint8Array(await file.arrayBuffer()));
    clearFailure();
    const still = await getRuntime().sources.keptStill(saved.picture, saved.label, saved.mirror);
    if (spec.peek().network !== saved.network) changeSpec({ network: saved.network, networkRevision: 0, openLayer: null, openChannel: null, target: { kind: 'top' } });
    showSource(still);
    inspecting.value = true;
    await waitForNetwork(saved.network);
    await readMethods();
    const sequence = drawn.peek()?.sequence ?? 0;
    maps.value = saved.maps.slice(0, mostMaps).map(({ request, result, faithfulness, sanity }, index): InspectedMap => ({
      id: `saved-${Date.now()}-${index}`, network: saved.network, request, phase: 'done', fraction: 1, note: result.note, partial: null, error: null,
      // It belongs to the picture that was just put on screen.
      result: { ...result, sequence },
      faithfulness: faithfulness === null ? null : { phase: 'done', fraction: 1, result: faithfulness, error: null },
      sanity: sanity === null ? null : { phase: 'done', fraction: 1, result: sanity, error: null },
    }));
  } catch (thrown) {
    reportFailure(thrown);
  }
}

/** Until the network has seen the picture, so that its maps are not dropped by its arrival. */
async function waitForNetwork(id: string): Promise<void> {
  const before = drawn.peek()?.sequence ?? 0;
  await new Promise<void>((resolve) => {
    const stops: (() => void)[] = [];
    const look = (): void => {
      // Without its network (it is not on this device, say) the maps can still be looked at.
      const seen = network.value?.network === id && (drawn.value?.sequence ?? 0) > before;
      if (!seen && failure.value === null) return;
      queueMicrotask(() => { for (const stop of stops) stop(); });
      resolve();
    };
    stops.push(network.subscribe(look), drawn.subscribe(look), failure.subscribe(look));
  });
}
