import { useSignal } from '@preact/signals';
import { Pin } from 'lucide-preact';
import { togglePin } from '../../state/actions/pin-target';
import { pinnedIndex } from '../../state/choices';
import { formatPercent, type PredictionBar } from '../../state/prediction-bars';
import { source } from '../../state/source-state';
import { certainty, classes, network, networkMissingText, shownBars } from '../../state/worker-state';
import './predictions.css';

/** Rows are kept by rank, so that nothing moves under the finger but words and lengths. */
export function Predictions({ compact }: { readonly compact: boolean }) {
  const rows = shownBars.value;
  return (
    <section class={compact ? 'predictions compact' : 'predictions'} aria-label="What the network says">
      <ol aria-label="Predictions" data-pinned={pinnedIndex.value === null ? undefined : ''}>
        {rows.map((bar, rank) => <PredictionRow key={rank} bar={bar} />)}
      </ol>
      <p class="certainty small muted">{rows.length === 0 ? waitText() : describeCertainty()}</p>
    </section>
  );
}

function PredictionRow({ bar }: { readonly bar: PredictionBar }) {
  const pressedIndex = useSignal<number | null>(null);
  const percent = formatPercent(bar.probability);
  const text = `${bar.label}, ${percent}`;
  const isPinned = pinnedIndex.value === bar.index;
  return (
    <li aria-label={text} class="prediction">
      <button type="button" aria-label={text} aria-pressed={isPinned} title={isPinned ? 'Explain the top answer again' : `Explain ${bar.label}`}
        // The row may change its class between press and release: what was pressed is what counts.
        onPointerDown={() => { pressedIndex.value = bar.index; }}
        onClick={() => { togglePin(pressedIndex.peek() ?? bar.index); pressedIndex.value = null; }}>
        <i class="prediction-bar" style={{ transform: `scaleX(${bar.probability})` }} />
        <span class="prediction-label">{bar.label}</span>
        <span class="visually-hidden">, </span>
        <span class="prediction-percent numbers">{percent}</span>
        <Pin size={14} class="prediction-pin" />
      </button>
    </li>
  );
}

function waitText(): string {
  return network.value === null ? networkMissingText.value : source.value === null ? 'Waiting for a picture.' : 'The first answer is on its way.';
}

function describeCertainty(): string {
  const judged = certainty.value;
  const count = classes.value.length;
  if (judged.kind === 'alone') return describeAlone(judged.undecided, count);
  if (judged.kind === 'guess') return `Nothing stands out, yet it must answer one of its ${count} classes.`;
  if (judged.kind === 'unsure') return `The network is unsure: ${judged.count}${judged.orMore ? ' or more' : ''} classes within 5 %.`;
  return count === 0 ? '' : `It always answers one of its ${count} classes, even to things it was never shown.`;
}

/** Answers that do not share 100 %: a yes or no, or several. */
function describeAlone(undecided: number, count: number): string {
  if (count === 1) return undecided > 0 ? 'Close to 50 %: the network cannot decide between yes and no.' : 'It says only how likely this is: above 50 % means yes, below means no.';
  return undecided > 0 ? `The network is unsure: ${undecided} ${undecided === 1 ? 'answer' : 'answers'} close to 50 %.` : 'Each answer stands alone: several can be right at once, or none.';
}
