import { FileDown, X } from 'lucide-preact';
import type { ImportPhase } from '../../contract/importer';
import { dismissImportMessages, cancelImport, retryImport } from '../../state/actions/import-network';
import { reopenQuestions, undoDeletion } from '../../state/actions/manage-networks';
import { errorTexts, type NextStep } from '../../state/error-texts';
import { draft, failedImport, importNotice, importRun, importShare } from '../../state/import-state';
import { deletions, formatBytes } from '../../state/kept-networks';
import { inputNeed } from '../../state/input-need';
import { nameOfImport } from '../../state/shelf';
import { bars } from '../../state/worker-state';
import { openDialog, showDialog } from '../dialogs/open-dialog';
import { choosePictures } from '../controls/file-input';
import { FailureNotice } from '../page/failure-notice';
import './import.css';

const phaseWords: Readonly<Record<ImportPhase, string>> = {
  download: 'Fetching', read: 'Reading', check: 'Trying it out', store: 'Keeping it on this device',
};

/** What an import is doing, how it ended, and what can still be undone. The live view goes on meanwhile. */
export function ImportNotices() {
  return (
    <>
      <ImportProgressNotice />
      <div role="alert"><FailedImportNotice /></div>
      <div role="status">
        <ImportDone />
        {draft.value !== null && <p class="visually-hidden">{draft.value.again ? 'Its answers can be changed now.' : `${draft.value.report.network.name} was read and is on screen. Some things the file does not say; they are asked beside the picture.`}</p>}
        {openDialog.value !== 'kept-networks' && deletions.value.map(({ network }) => (
          <div key={network.id} class="notice">
            <p>“{network.name}” is deleted from this device.</p>
            <div class="notice-steps"><button type="button" class="button" onClick={() => undoDeletion(network.id)}>Undo</button></div>
          </div>
        ))}
        <InputNeedNotice />
      </div>
    </>
  );
}

function ImportProgressNotice() {
  const run = importRun.value;
  if (run === null) return null;
  const share = importShare.value;
  const what = nameOfImport(run.what);
  const words = run.phase === null ? 'Getting ready' : phaseWords[run.phase];
  const bytes = run.doneBytes === 0 ? '' : run.totalBytes > 0 ? `${formatBytes(run.doneBytes)} of ${formatBytes(run.totalBytes)}` : formatBytes(run.doneBytes);
  return (
    <div class="notice import-progress">
      <FileDown size={18} />
      <div class="notice-words">
        <p><b class="notice-what">{what}</b></p>
        <div class="import-bar" role="progressbar" aria-label={`Reading ${what}`} aria-valuemin={0} aria-valuemax={100}
          {...(share === null ? {} : { 'aria-valuenow': Math.round(share * 100) })} aria-valuetext={`${words}${bytes === '' ? '' : `, ${bytes}`}`}>
          <i data-unknown={share === null ? '' : undefined} style={share === null ? undefined : { transform: `scaleX(${share})` }} />
        </div>
        <p class="small muted numbers">{words}{bytes !== '' && ` · ${bytes}`}</p>
      </div>
      <div class="notice-steps"><button type="button" class="button" onClick={cancelImport}>Cancel</button></div>
    </div>
  );
}

function FailedImportNotice() {
  const failed = failedImport.value;
  if (failed === null) return null;
  // The network that was on screen still is: going back to the first one would help nobody.
  const steps = errorTexts[failed.error.code].steps.filter((step) => step !== 'first-network' && step !== 'reload');
  const doStep = (step: NextStep): void => {
    if (step === 'retry') retryImport();
    else if (step === 'manage-networks') showDialog('kept-networks');
    else {
      dismissImportMessages();
      showDialog('open-network');
    }
  };
  return <FailureNotice error={failed.error} what={nameOfImport(failed.what)} steps={steps} onStep={doStep} onDismiss={dismissImportMessages} />;
}

function ImportDone() {
  const notice = importNotice.value;
  if (notice === null) return null;
  const { network } = notice;
  return (
    <div class="notice">
      <p>{notice.sentence}</p>
      <div class="notice-steps">
        {network !== null && <button type="button" class="button" onClick={() => void reopenQuestions(network)}>Change answers</button>}
        <button type="button" class="button icon quiet" aria-label="Dismiss" onClick={dismissImportMessages}><X size={18} /></button>
      </div>
    </div>
  );
}

/** A network that takes no pictures says what it takes. */
function InputNeedNotice() {
  const need = inputNeed.value;
  if (need === null) return null;
  return (
    <div class="notice">
      <p>{need}{bars.value.length > 0 && ' The answers and maps shown belong to what was open before.'}</p>
      <div class="notice-steps"><button type="button" class="button" onClick={choosePictures}>Open array</button></div>
    </div>
  );
}
