import { trySize } from '../../state/actions/import-answers';
import type { ImportDraft } from '../../state/import-state';
import { QuestionBox } from './question';

const common = [64, 96, 128, 160, 192, 224, 256, 299] as const;

/** Height and width, where the network leaves them open. */
export function SizeQuestion({ open, reason }: { readonly open: ImportDraft; readonly reason: string | undefined }) {
  const { height, width } = open.answers;
  return (
    <QuestionBox title="Size of the picture" words="Small is fast, large shows finer parts. The size it was taught with works best." reason={reason}>
      <div class="size-row">
        <label><span class="small muted">Width</span>
          <input class="text-input numbers" type="number" min={1} max={4096} step={1} inputMode="numeric" list="common-sizes" value={width}
            onChange={(event) => void trySize(height, Math.round(event.currentTarget.valueAsNumber))} /></label>
        <label><span class="small muted">Height</span>
          <input class="text-input numbers" type="number" min={1} max={4096} step={1} inputMode="numeric" list="common-sizes" value={height}
            onChange={(event) => void trySize(Math.round(event.currentTarget.valueAsNumber), width)} /></label>
        <span class="small muted">pixels</span>
      </div>
      <datalist id="common-sizes">{common.map((side) => <option key={side} value={side}>{side}</option>)}</datalist>
    </QuestionBox>
  );
}
