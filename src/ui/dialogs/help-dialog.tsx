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
        <div class="keys">{keys.map(([key, effect]) => <><kbd>{key}</kbd><span>{effect}</span></>)}</div>
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
