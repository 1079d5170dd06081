import { explanationIds } from '../../contract/session-spec';
import { glossary } from '../../lessons/glossary';
import { explainMethod } from '../../lessons/explanation-texts';
import { describeMethod } from '../../lessons/method-texts';
import { installHint } from '../../state/pwa';
import { NetworkFacts } from '../panels/network-facts';
import { Dialog } from './dialog';

const keys: readonly (readonly [keys: string, effect: string])[] = [
  ['Space', 'freeze and resume'],
  ['↑ ↓', 'previous and next layer'],
  ['← →', 'previous and next channel, or picture'],
  ['Escape', 'back, one step at a time'],
  ['?', 'this page'],
];

const inspectionKeys: typeof keys = [
  ['↑ ↓ ← →', 'on the picture or a map: move the crosshair of all of them; with a brush: move the brush'],
  ['Enter', 'with a brush: paint here; with Move: pick up, then put down'],
  ['Space', 'on “Hold to compare”, held down: the picture as it was'],
  ['Escape', 'drop what was picked up, or close'],
  ['?', 'this page'],
];

function Keys({ of }: { readonly of: typeof keys }) {
  return <div class="keys">{of.map(([key, effect]) => <><kbd>{key}</kbd><span>{effect}</span></>)}</div>;
}

export function HelpDialog() {
  return (
    <Dialog title="Help">
      <section>
        <p>The picture goes through the network layer by layer. Tap a layer to see all its detectors, tap a detector to see it large. Tap a prediction to ask why just that one.</p>
        <p class="muted">Everything is computed on this device. No picture leaves it, and the page works without a connection after the first visit.</p>
        {installHint.value && <p>To keep it like an app: tap Share, then “Add to Home Screen”.</p>}
      </section>
      <section>
        <h3>Keys</h3>
        <Keys of={keys} />
      </section>
      <section>
        <h3>Inspect this frame</h3>
        <p>Freezes the picture. Make maps by any method, up to four side by side, and read beside each how far to trust it. Paint over a part, erase or move it, and watch the answer and the quick maps follow.</p>
        <Keys of={inspectionKeys} />
      </section>
      <section>
        <h3>Maps over the picture</h3>
        <dl class="words">
          {explanationIds.filter((id) => id !== 'off').map((id) => {
            const { name, definition, paper } = explainMethod(id);
            return <><dt>{name}</dt><dd>{describeMethod(id).shows} {definition} {paper !== null && <a href={paper.address} target="_blank" rel="noreferrer">{paper.title}</a>}</dd></>;
          })}
        </dl>
      </section>
      <section>
        <h3>Words</h3>
        <dl class="words">{glossary.map(({ word, meaning }) => <><dt>{word}</dt><dd>{meaning}</dd></>)}</dl>
      </section>
      <section><h3>The network on screen</h3><NetworkFacts /></section>
    </Dialog>
  );
}
