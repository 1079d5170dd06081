import { useState } from 'preact/hooks';
import { tryInput } from '../../state/actions/import-answers';
import { applyPreset, findPreset, listRangePresets, valueRange, withChannelOrder } from '../../state/import-ranges';
import type { ImportDraft } from '../../state/import-state';
import { formatValue } from '../../state/format-value';
import { Choice, QuestionBox } from './question';

interface QuestionProps {
  readonly open: ImportDraft;
  readonly reason: string | undefined;
}

const colours = { rgb: ['Red', 'Green', 'Blue'], bgr: ['Blue', 'Green', 'Red'] } as const;
/** More fields than this help nobody: such networks take their arrays as they are, or one pair for all channels. */
const mostFields = 4;

/** What black and white become before the network sees them. */
export function RangeQuestion({ open, reason }: QuestionProps) {
  const { answers, report } = open;
  const { channels } = report.card.input;
  const choice = { mean: answers.mean, std: answers.std, channelOrder: answers.channelOrder };
  const preset = findPreset(choice, channels);
  const [custom, setCustom] = useState(preset === null);
  const shown = custom ? null : preset;
  const [first = [0, 0]] = valueRange(choice);
  return (
    <QuestionBox title="Range of values" words="What the network was taught to expect for dark and for bright." reason={reason}>
      {listRangePresets(channels).map((option) => (
        <Choice key={option.id} name="range" checked={shown?.id === option.id} onChoose={() => { setCustom(false); tryInput(applyPreset(option, channels, shown?.channelOrder === undefined ? answers.channelOrder : 'rgb')); }}>{option.name}</Choice>
      ))}
      <Choice name="range" checked={shown === null} onChoose={() => setCustom(true)}>Other numbers</Choice>
      {shown === null && <CustomNumbers open={open} />}
      {(channels === 1 || channels === 3) && <p class="small muted numbers">Now: black becomes {formatValue(first[0])}, white {formatValue(first[1])}.</p>}
    </QuestionBox>
  );
}

/** Which colour comes first. */
export function OrderQuestion({ open, reason }: QuestionProps) {
  const { mean, std, channelOrder } = open.answers;
  const take = (order: 'rgb' | 'bgr'): void => tryInput(withChannelOrder({ mean, std, channelOrder }, order));
  return (
    <QuestionBox title="Order of colours" words="Most networks take red first; those from Caffe and OpenCV take blue first." reason={reason}>
      <div class="answers-row">
        <Choice name="order" checked={channelOrder === 'rgb'} onChoose={() => take('rgb')}>Red, green, blue</Choice>
        <Choice name="order" checked={channelOrder === 'bgr'} onChoose={() => take('bgr')}>Blue, green, red</Choice>
      </div>
    </QuestionBox>
  );
}

function CustomNumbers({ open }: { readonly open: ImportDraft }) {
  const { channels } = open.report.card.input;
  const { mean, std, channelOrder } = open.answers;
  const count = channels <= mostFields ? channels : 1;
  const names = channels === 3 ? colours[channelOrder] : Array.from({ length: count }, (_, channel) => (count === 1 ? 'All' : `Channel ${channel}`));
  const change = (kind: 'mean' | 'std', channel: number, value: number): void => {
    const set = (values: readonly number[]): readonly number[] => values.map((old, index) => (index === channel || count === 1 ? value : old));
    tryInput({ mean: kind === 'mean' ? set(mean) : mean, std: kind === 'std' ? set(std) : std, channelOrder });
  };
  return (
    <div class="custom-numbers">
      <span />{names.map((name) => <span key={name} class="small muted">{name}</span>)}
      {(['mean', 'std'] as const).map((kind) => (
        <>
          <span class="small">{kind === 'mean' ? 'Mean' : 'Deviation'}</span>
          {names.map((name, channel) => (
            <input key={`${kind}-${name}`} class="text-input numbers" type="number" step="any" inputMode="decimal" aria-label={`${kind === 'mean' ? 'Mean' : 'Deviation'}, ${name}`}
              value={(kind === 'mean' ? mean : std)[channel] ?? 0}
              onChange={(event) => change(kind, channel, event.currentTarget.valueAsNumber)} />
          ))}
        </>
      ))}
      <p class="small muted">value = (pixel − mean) / deviation, pixels from 0 to 255</p>
    </div>
  );
}
