import { CircleAlert, RefreshCw, X } from 'lucide-preact';
import { takeStep } from '../../state/actions/take-step';
import { spec } from '../../state/choices';
import { errorTexts, recoveringSentence, type NextStep } from '../../state/error-texts';
import { clearFailure, failure } from '../../state/failure';
import { shippedNetworks } from '../../state/networks';
import { gallery } from '../../state/pictures';
import { updateOffer } from '../../state/pwa';
import { cameras } from '../../state/source-state';
import { status } from '../../state/worker-state';
import { chooseFiles } from '../controls/file-input';
import { showDialog } from '../dialogs/open-dialog';
import './notices.css';

/** What needs the person's attention; between the picture and the controls, never over the object. */
export function Notices() {
  return (
    <div class="notices area-notices">
      <FailureBanner />
      {status.value.phase === 'recovering' && failure.value === null && (
        <div class="notice" role="status"><RefreshCw size={18} class="turning" /><p>{recoveringSentence}</p></div>
      )}
      <UpdateNotice />
    </div>
  );
}

function FailureBanner() {
  const shown = failure.value;
  if (shown === null) return <div role="alert" />;
  const { sentence, steps } = errorTexts[shown.code];
  const useful = steps.filter((step) => (step !== 'choose-camera' || cameras.value.length > 1)
    && (step !== 'first-network' || spec.value.network !== shippedNetworks[0]?.id));
  return (
    <div role="alert">
      <div class="notice failure" title={shown.detail}>
        <CircleAlert size={18} />
        <p>{sentence}</p>
        <div class="notice-steps">
          {useful.filter((step) => step !== 'dismiss').map((step, index) => (
            <button key={step} type="button" class={index === 0 ? 'button primary' : 'button'} onClick={() => doStep(step)}>{nameStep(step)}</button>
          ))}
          <button type="button" class="button icon quiet" aria-label="Dismiss" onClick={clearFailure}><X size={18} /></button>
        </div>
      </div>
    </div>
  );
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
  if (step !== 'use-picture') {
    takeStep(step);
    return;
  }
  clearFailure();
  if (gallery.peek().pictures.length > 0) showDialog('gallery');
  else chooseFiles();
}

function nameStep(step: NextStep): string {
  switch (step) {
    case 'retry':
    case 'start-camera': return 'Try again';
    case 'choose-camera': return 'Use another camera';
    case 'use-picture': return 'Use a picture';
    case 'first-network': return `Use ${shippedNetworks[0]?.name ?? 'the first one'}`;
    case 'use-wasm': return 'Use WebAssembly';
    case 'reload': return 'Load the page again';
    case 'dismiss': return 'Dismiss';
  }
}
