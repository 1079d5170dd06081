import { network, networkMissingText } from '../../state/worker-state';
import { isWide } from '../page/media';

/** The network's card, in words: what it is for, how good it is, what it cannot do. */
export function NetworkFacts() {
  const card = network.value?.card;
  if (card === undefined) return <div class="network-facts muted">{networkMissingText.value}</div>;
  return (
    <div class="network-facts">
      <h2>{card.name}</h2>
      <p>{card.description}</p>
      <dl>
        <dt>Sees</dt><dd class="numbers">{card.input.width} × {card.input.height} pixels{card.input.channels === 1 ? ', grey' : ''}</dd>
        <dt>Knows</dt><dd>{card.classes.length} classes</dd>
        <dt>Size</dt><dd class="numbers">{formatCount(card.parameters)} numbers learned</dd>
        <dt>Work</dt><dd class="numbers">{formatCount(card.multiplyAdds)} products per picture</dd>
        {card.accuracy.slice(0, 2).map(({ set, top1, top5 }) => (
          <>
            <dt>Right</dt>
            <dd>{formatShare(top1)} of the time{top5 === undefined ? '' : `, ${formatShare(top5)} within its best five`} <span class="muted">({set})</span></dd>
          </>
        ))}
        {card.data !== null && <><dt>Taught with</dt><dd>{card.data.name}</dd></>}
      </dl>
      <h3>What it cannot do</h3>
      <ul>{card.limits.map((limit) => <li key={limit}>{limit}</li>)}</ul>
      {isWide.value && <p class="hint small muted">Choose a channel to see it large, with the number under the crosshair.</p>}
    </div>
  );
}

function formatCount(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(count >= 1e7 ? 0 : 1)} million`;
  return count >= 1e3 ? `${Math.round(count / 1e3)} thousand` : String(count);
}

function formatShare(share: number): string {
  return `${(share * 100).toFixed(share > 0.95 ? 1 : 0)} %`;
}
