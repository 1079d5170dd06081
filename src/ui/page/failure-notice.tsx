import { CircleAlert, X } from 'lucide-preact';
import type { ErrorReport } from '../../contract/errors';
import { errorTexts, type NextStep } from '../../state/error-texts';
import { shippedNetworks } from '../../state/networks';
import './notices.css';

interface FailureNoticeProps {
  readonly error: ErrorReport;
  /** The main one first. */
  readonly steps: readonly NextStep[];
  readonly onStep: (step: NextStep) => void;
  readonly onDismiss: () => void;
  /** What failed, before the sentence; absent where the sentence says it. */
  readonly what?: string;
}

/** One failure: its sentence, what to do next, and one tap deeper what an engineer wants to know. */
export function FailureNotice({ error, steps, onStep, onDismiss, what }: FailureNoticeProps) {
  return (
    <div class="notice failure">
      <CircleAlert size={18} />
      <div class="notice-words">
        <p>{what !== undefined && <b class="notice-what">{what}: </b>}{errorTexts[error.code].sentence}</p>
        {error.detail !== '' && (errorTexts[error.code].namesIt === true ? <p class="small notice-named">{error.detail}</p> : <FailureDetails detail={error.detail} />)}
      </div>
      <div class="notice-steps">
        {steps.filter((step) => step !== 'dismiss').map((step, index) => (
          <button key={step} type="button" class={index === 0 ? 'button primary' : 'button'} onClick={() => onStep(step)}>{nameStep(step)}</button>
        ))}
        <button type="button" class="button icon quiet" aria-label="Dismiss" onClick={onDismiss}><X size={18} /></button>
      </div>
    </div>
  );
}

/** What exactly went wrong; a list of what is supported comes as a list. */
export function FailureDetails({ detail }: { readonly detail: string }) {
  const [said = detail, supported] = detail.split(/[;:.]\s+supported:\s*/i);
  return (
    <details class="notice-details">
      <summary>Details</summary>
      <p>{said}</p>
      {supported !== undefined && <><p>Supported:</p><ul>{supported.split(/,\s*/).map((name) => <li key={name}>{name}</li>)}</ul></>}
    </details>
  );
}

function nameStep(step: NextStep): string {
  switch (step) {
    case 'retry':
    case 'start-camera': return 'Try again';
    case 'choose-camera': return 'Use another camera';
    case 'use-picture': return 'Use a picture';
    case 'open-network': return 'Open another file';
    case 'manage-networks': return 'Networks on this device';
    case 'first-network': return `Use ${shippedNetworks[0]?.name ?? 'the first one'}`;
    case 'use-wasm': return 'Use WebAssembly';
    case 'reload': return 'Load the page again';
    case 'dismiss': return 'Dismiss';
  }
}
