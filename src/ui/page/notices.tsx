import { RefreshCw, X } from 'lucide-preact';
import { takeStep } from '../../state/actions/take-step';
import { spec } from '../../state/choices';
import { errorTexts, recoveringSentence, type NextStep } from '../../state/error-texts';
import { clearFailure, failure } from '../../state/failure';
import { inspecting } from '../../state/inspection';
import { inputNeed } from '../../state/input-need';
import { dismissLostTarget, lostTarget } from '../../state/lost-target';
import { shippedNetworks } from '../../state/networks';
import { gallery } from '../../state/pictures';
import { updateOffer } from '../../state/pwa';
import { cameras } from '../../state/source-state';
import { status } from '../../state/worker-state';
import { choosePictures } from '../controls/file-input';
import { showDialog } from '../dialogs/open-dialog';
import { ImportNotices } from '../import/import-notices';
import { FailureNotice } from './failure-notice';
import './notices.css';

/** What needs the person's attention; between the picture and the controls, never over the object. */
export function Notices() {
  return (
    <div class="notices area-notices">
      {!inspecting.value && <StateNotices />}
      <ImportNotices />
      <UpdateNotice />
    </div>
  );
}

/** What went wrong, what is being mended, and what a link asked for in vain. The inspection covers the page, so that it shows them itself. */
export function StateNotices() {
  return (
    <>
      <FailureBanner />
      {status.value.phase === 'recovering' && failure.value === null && (
        <div class="notice" role="status"><RefreshCw size={18} class="turning" /><p>{recoveringSentence}</p></div>
      )}
      <LostTargetNotice />
    </>
  );
}

/** A link asked for what this network does not have. */
function LostTargetNotice() {
  const sentence = lostTarget.value;
  if (sentence === null) return null;
  return (
    <div class="notice" role="status">
      <p>{sentence}</p>
      <div class="notice-steps">
        <button type="button" class="button icon quiet" aria-label="Dismiss" onClick={dismissLostTarget}><X size={18} /></button>
      </div>
    </div>
  );
}

function FailureBanner() {
  const shown = failure.value;
  // What the network needs is said better by the line about its channels.
  if (shown === null || (shown.code === 'input-mismatch' && inputNeed.value !== null)) return <div role="alert" />;
  const steps = errorTexts[shown.code].steps.filter((step) => (step !== 'choose-camera' || cameras.value.length > 1)
    && (step !== 'first-network' || spec.value.network !== shippedNetworks[0]?.id));
  return <div role="alert"><FailureNotice error={shown} steps={steps} onStep={doStep} onDismiss={clearFailure} /></div>;
}

function UpdateNotice() {
  const reload = updateOffer.value;
  if (reload === null) return null;
  return (
    <div class="notice" role="status">
      <p>A new version is ready.</p>
      <div class="notice-steps">
        <button type="button" class="button primary" onClick={reload}>Reload</button>
        <button type="button" class="button" onClick={() => { updateOffer.value = null; }}>Later</button>
      </div>
    </div>
  );
}

function doStep(step: NextStep): void {
  switch (step) {
    case 'open-network': clearFailure(); showDialog('open-network'); break;
    case 'manage-networks': clearFailure(); showDialog('kept-networks'); break;
    case 'use-picture':
      clearFailure();
      if (gallery.peek().pictures.length > 0) showDialog('gallery');
      else choosePictures();
      break;
    default: takeStep(step);
  }
}
