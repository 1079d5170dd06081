import { ArrowLeftRight } from 'lucide-preact';
import type { ImportQuestion } from '../../contract/importer';
import type { NetworkId } from '../../contract/ids';
import { discardDraft, keepDraft, nameDraft, showDraft } from '../../state/actions/import-answers';
import { spec } from '../../state/choices';
import { draft, type ImportDraft } from '../../state/import-state';
import { nameFormat } from '../../state/kept-networks';
import { formatPercent } from '../../state/prediction-bars';
import { network, shownBars } from '../../state/worker-state';
import { FailureDetails } from '../page/failure-notice';
import { errorTexts } from '../../state/error-texts';
import { Predictions } from '../panels/predictions';
import { LabelsQuestion } from './labels-question';
import { OrderQuestion, RangeQuestion } from './range-question';
import { SizeQuestion } from './size-question';
import './import.css';
import './import-panel.css';

/** What the file does not say, asked once; each answer is tried at once, so that the predictions show whether it is right. */
export function ImportPanel({ wide }: { readonly wide: boolean }) {
  const open = draft.value;
  if (open === null) return null;
  const { report, answers, again } = open;
  const asked = allQuestions(open).filter((question) => report.questions.includes(question));
  const settled = allQuestions(open).filter((question) => !report.questions.includes(question));
  return (
    <section class={wide ? 'import-panel area-inspector' : 'import-panel'} aria-labelledby="import-title">
      <header class="import-head">
        <div class="import-title">
          <h2 id="import-title">{again ? 'Change the answers' : 'What the file does not say'}</h2>
          <p class="small muted">{nameFormat(report.network.format)}{report.card.origin !== undefined && ` · ${report.card.origin.source}`}</p>
        </div>
        {wide ? <AnswersNow id={report.network.id} /> : <Predictions compact />}
      </header>
      <div class="import-questions">
        {spec.value.network !== report.network.id && (
          <p class="import-away"><button type="button" class="button" onClick={showDraft}><ArrowLeftRight size={16} />Look at this one</button></p>
        )}
        <p class="small muted">Point the camera at something you know, and choose what makes the answers right.</p>
        {asked.map((question) => <Question key={question} open={open} question={question} />)}
        {open.error !== null && (
          <div class="import-error" role="alert"><p>{errorTexts[open.error.code].sentence}</p>{open.error.detail !== '' && <FailureDetails detail={open.error.detail} />}</div>
        )}
        {settled.length > 0 && (
          <details class="import-settled"><summary>What was found in the file</summary>{settled.map((question) => <Question key={question} open={open} question={question} />)}</details>
        )}
        <label class="import-name"><span>Name</span>
          <input class="text-input" value={answers.name} maxLength={80} onInput={(event) => nameDraft(event.currentTarget.value)} />
        </label>
        {report.notes.length > 0 && <ul class="import-notes small muted">{report.notes.map((note) => <li key={note}>{note}</li>)}</ul>}
      </div>
      <footer class="import-foot">
        <button type="button" class="button primary" disabled={open.storing} onClick={() => void keepDraft()}>Keep</button>
        <button type="button" class="button" onClick={() => void discardDraft()}>{again ? 'Leave as it was' : 'Discard'}</button>
        <span class="small muted">{open.storing ? 'Storing' : again ? '' : 'Keep: it stays on this device.'}</span>
      </footer>
    </section>
  );
}

/** The questions that have a meaning for this network, in the order they are asked. */
function allQuestions({ report }: ImportDraft): readonly ImportQuestion[] {
  return [
    ...(report.sizeIsFree ? ['size' as const] : []), 'range', ...(report.card.input.channels === 3 ? ['channel-order' as const] : []), 'labels',
  ];
}

function Question({ open, question }: { readonly open: ImportDraft; readonly question: ImportQuestion }) {
  const reason = open.report.reasons[question];
  switch (question) {
    case 'size': return <SizeQuestion open={open} reason={reason} />;
    case 'range': return <RangeQuestion open={open} reason={reason} />;
    case 'channel-order': return <OrderQuestion open={open} reason={reason} />;
    case 'labels': return <LabelsQuestion open={open} reason={reason} />;
  }
}

/** The best three answers, beside the questions, so that one sees what a choice does. */
function AnswersNow({ id }: { readonly id: NetworkId }) {
  const isShown = spec.value.network === id;
  const rows = isShown && network.value?.network === id ? shownBars.value.slice(0, 3) : [];
  return (
    <ol class="answers-now" aria-label="Answers now">
      {rows.length === 0 && <li class="muted">{isShown ? 'The first answer is on its way.' : 'Another network is on screen.'}</li>}
      {rows.map((bar, rank) => (
        <li key={rank}><i style={{ transform: `scaleX(${bar.probability})` }} /><span>{bar.label}</span><span class="numbers">{formatPercent(bar.probability)}</span></li>
      ))}
    </ol>
  );
}
