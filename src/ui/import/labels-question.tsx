import { FileText } from 'lucide-preact';
import { tryLabels } from '../../state/actions/import-answers';
import type { ImportDraft } from '../../state/import-state';
import { FileButton } from '../controls/file-input';
import { Choice, QuestionBox } from './question';

/** Names for the network's answers. */
export function LabelsQuestion({ open, reason }: { readonly open: ImportDraft; readonly reason: string | undefined }) {
  const { classes, origin } = open.report.card;
  const { labels } = open.answers;
  const count = classes.length;
  const hasOwn = origin?.labelled !== false;
  return (
    <QuestionBox title="Names of the answers" words={`The network gives ${count === 1 ? 'one answer' : `${count} answers`}; a list says what each one is called.`} reason={reason}>
      {hasOwn && <Choice name="labels" checked={labels === 'as-read'} onChoose={() => void tryLabels('as-read')}>As found: {classes.slice(0, 3).join(', ')}{count > 3 ? ' …' : ''}</Choice>}
      {(count === 1000 || count === 1001) && <Choice name="labels" checked={labels === 'imagenet'} onChoose={() => void tryLabels('imagenet')}>ImageNet’s 1000 names</Choice>}
      <Choice name="labels" checked={labels === 'none'} onChoose={() => void tryLabels('none')}>Just numbers</Choice>
      <div class="label-file">
        <FileButton accept=".txt,.json,.names,.csv,.tsv,.labels,text/plain,application/json" onFiles={([file]) => { if (file !== undefined) void tryLabels('file', file); }}>
          <FileText size={18} />{labels === 'file' ? 'Another list' : 'Open a list'}
        </FileButton>
        <span class="small muted">{labels === 'file' ? `${open.answers.classes.slice(0, 3).join(', ')}${count > 3 ? ' …' : ''}` : 'Text with one name a line, or JSON'}</span>
      </div>
    </QuestionBox>
  );
}
