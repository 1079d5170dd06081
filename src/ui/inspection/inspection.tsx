import { CircleQuestionMark, X } from 'lucide-preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { closeInspection } from '../../state/actions/explain-frame';
import { mapInFocus } from '../../state/chosen-map';
import { inspecting, maps, openingMaps } from '../../state/inspection';
import { takeTurns } from '../../state/take-turns';
import { MapCard } from './map-card';
import { MethodForm } from './method-form';
import { comparing } from './inspection-view';
import { InspectionFile } from './inspection-file';
import { InspectionStatus } from './inspection-status';
import { MomentStrip } from './moment-strip';
import { PlacePanel } from './place-panel';
import { CompareButton, ViewControls } from './view-controls';
import { showDialog } from '../dialogs/open-dialog';
import { isNarrow } from '../page/media';
import { StateNotices } from '../page/notices';
import { RankingTable } from './ranking-table';
import { RemovedMaps } from './removed-maps';
import { Subject } from './subject';
import { TrustPanel } from './trust-panel';
import './inspection.css';

/** A frozen frame, explained: up to four maps side by side, and how far each can be trusted. */
export function Inspection() {
  return inspecting.value ? <InspectionPage /> : null;
}

/** False in the first task of a component: what is not seen first is made in the next ones, so that none is long. */
function useFilled(): boolean {
  const [filled, setFilled] = useState(false);
  useEffect(() => {
    let gone = false;
    void takeTurns().then(() => { if (!gone) setFilled(true); });
    return () => { gone = true; };
  }, []);
  return filled;
}

function InspectionPage() {
  const filled = useFilled();
  const element = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  const all = maps.value;
  const chosen = mapInFocus.value;
  return (
    <dialog ref={element} class="inspection" aria-label="Inspection" onClose={closeInspection}>
      <header class="inspection-header">
        <h2 ref={title} tabIndex={-1}>Inspect this frame</h2>
        <CompareButton />
        {!isNarrow.value && <ViewControls />}
        <button type="button" class="button icon quiet" aria-label="Help" title="Help (?)" onClick={() => showDialog('help')}><CircleQuestionMark size={20} /></button>
        <button type="button" class="button icon quiet" aria-label="Close the inspection" onClick={() => element.current?.close()}><X size={20} /></button>
      </header>
      <div class="notices inspection-notices" onClick={(event) => {
        // What is done about a notice takes its buttons along.
        if (event.target instanceof Element && event.target.closest('.notice-steps button') !== null) title.current?.focus();
      }}><StateNotices /></div>
      <div class="inspection-body">
        <div class="inspection-maps" role="group" aria-label="Maps">
          <Subject />
          {openingMaps.value !== null ? <p class="muted panel-empty" role="status">Opening {openingMaps.value === 1 ? '1 saved map' : `${openingMaps.value} saved maps`}, as soon as the network is there.</p>
            : all.length === 0 && <p class="muted panel-empty">Choose a method and press Explain. Up to four maps stand side by side.</p>}
          {all.map((map) => <MapCard key={map.id} map={map} comparing={comparing.value} />)}
        </div>
        <div class="inspection-side">
          {filled && <>{isNarrow.value && <ViewControls />}<MomentStrip /><MethodForm /><InspectionFile /></>}
        </div>
        <div class="inspection-trust">
          {filled && <><PlacePanel />{chosen !== null && <TrustPanel map={chosen} />}<RankingTable /></>}
        </div>
      </div>
      <RemovedMaps />
      <InspectionStatus />
    </dialog>
  );
}
