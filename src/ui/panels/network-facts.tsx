import type { NetworkCard } from '../../contract/card';
import { formatBytes, nameFormat } from '../../state/kept-networks';
import { network, networkMissingText } from '../../state/worker-state';
import { isWide } from '../page/media';

/** The network's card, in words: what it is for, how good it is, what it cannot do; of an imported one only what is known. */
export function NetworkFacts() {
  const card = network.value?.card;
  if (card === undefined) return <div class="network-facts muted">{networkMissingText.value}</div>;
  const { origin } = card;
  return (
    <div class="network-facts">
      <h2>{card.name}</h2>
      {card.description !== '' && !(origin !== undefined && card.description.includes(origin.source)) && <p>{card.description}</p>}
      <dl>
        <dt>Sees</dt><dd class="numbers">{describeInput(card)}</dd>
        <dt>Knows</dt><dd>{card.classes.length === 1 ? 'one answer' : `${card.classes.length} classes`}{origin?.labelled === false ? ', not named' : ''}</dd>
        <dt>Size</dt><dd class="numbers">{formatCount(card.parameters)} numbers learned</dd>
        <dt>Work</dt><dd class="numbers">{formatCount(card.multiplyAdds)} products per picture</dd>
        {card.accuracy.slice(0, 2).map(({ set, top1, top5 }) => (
          <>
            <dt>Right</dt>
            <dd>{card.accuracy.length > 1 && <b>{/camera/i.test(set) ? 'Imitated camera: ' : 'Clean pictures: '}</b>}{formatShare(top1)} of the time{top5 === undefined ? '' : `, ${formatShare(top5)} within its best five`}<span class="muted facts-set">{set}</span></dd>
          </>
        ))}
        {card.data !== null && <><dt>Taught with</dt><dd>{card.data.name}</dd></>}
        {origin !== undefined && <OriginFacts card={card} origin={origin} />}
      </dl>
      {origin !== undefined && card.accuracy.length === 0 && <p class="muted">How often it is right is not known here: the file does not say, and nobody measured it in Innerview.</p>}
      {origin !== undefined && origin.notes.length > 0 && <><h3>What was noticed when it was read</h3><ul>{origin.notes.map((note) => <li key={note}>{note}</li>)}</ul></>}
      {card.limits.length > 0 && <><h3>What it cannot do</h3><ul>{card.limits.map((limit) => <li key={limit}>{limit}</li>)}</ul></>}
      {isWide.value && <p class="hint small muted">Choose a channel to see it large, with the number under the crosshair.</p>}
    </div>
  );
}

function OriginFacts({ card, origin }: { readonly card: NetworkCard; readonly origin: NonNullable<NetworkCard['origin']> }) {
  const bytes = card.files.reduce((sum, file) => sum + file.bytes, 0);
  const date = new Date(origin.importedAt);
  return (
    <>
      <dt>Format</dt><dd>{nameFormat(origin.format)}{bytes > 0 && <>, <span class="numbers">{formatBytes(bytes)}</span></>}</dd>
      <dt>From</dt><dd class="facts-source">{origin.kind === 'address' ? <a href={origin.source} target="_blank" rel="noreferrer">{origin.source}</a> : origin.source}</dd>
      {!Number.isNaN(date.getTime()) && <><dt>Opened</dt><dd class="numbers">{date.toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric' })}</dd></>}
      <dt>Wants</dt><dd class="numbers">{describeRange(card)}</dd>
    </>
  );
}

function describeInput({ input: { width, height, channels } }: NetworkCard): string {
  if (channels !== 1 && channels !== 3) return `arrays of ${width} × ${height} with ${channels} channels`;
  return `${width} × ${height} pixels${channels === 1 ? ', grey' : ''}`;
}

function describeRange({ input: { mean, std, channels, channelOrder } }: NetworkCard): string {
  const low = (0 - (mean[0] ?? 0)) / (std[0] ?? 1);
  const high = (255 - (mean[0] ?? 0)) / (std[0] ?? 1);
  const range = channels === 1 || channels === 3 ? `values from ${formatEnd(low)} to ${formatEnd(high)}` : 'values as the file has them';
  return channels === 3 ? `${range}, ${channelOrder === 'bgr' ? 'blue' : 'red'} first` : range;
}

function formatEnd(value: number): string {
  return String(Number(value.toFixed(2))).replace('-', '−');
}

function formatCount(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(count >= 1e7 ? 0 : 1)} million`;
  return count >= 1e3 ? `${Math.round(count / 1e3)} thousand` : String(count);
}

function formatShare(share: number): string {
  return `${(share * 100).toFixed(share > 0.95 ? 1 : 0)} %`;
}
