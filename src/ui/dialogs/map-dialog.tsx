import { isPlaneSigned } from '../../contract/map-plane';
import { describeLiveSigns, liveMap, liveMethod } from '../../state/live-caption';
import { spec } from '../../state/choices';
import { explainMethod } from '../../lessons/explanation-texts';
import { describeMethod } from '../../lessons/method-texts';
import { Dialog } from './dialog';

/** The map over the live picture: what it shows and does not prove, what its colours mean, by which definition it is computed. */
export function MapDialog() {
  const id = spec.value.explanation;
  const { name, definition, paper } = explainMethod(id);
  const method = liveMethod.value;
  const layer = liveMap.value?.layer ?? null;
  const chosen = layer !== null && layer === spec.value.explanationLayer;
  return (
    <Dialog title="About this map">
      <section>
        <h3>{name}</h3>
        {id === 'off' ? <p>Nothing lies over the picture.</p> : <><p>{describeMethod(id).shows}</p><p><b>What it does not prove.</b> {describeMethod(id).limits}</p></>}
        {method?.unsupported != null && <p>Not defined for this network: {method.unsupported}</p>}
      </section>
      {id !== 'off' && (
        <>
          <section>
            <h3>What the colours mean</h3>
            {method !== null && <p>{describeLiveSigns(method)}{isPlaneSigned(method) && ' Freeze the frame and inspect it to see that too.'}</p>}
            <p>They begin at 0, where the picture shows through, and end with the greatest value of the newest map. Every map has its own scale: two frames that glow alike need not have equal values.</p>
            {layer !== null && <p>The map covers layer {layer}, {chosen ? 'which you chose' : `the last one before ${spec.value.target.kind === 'unit' ? 'the unit' : 'the answer'} that has a place in the picture`}. Each of its values stands for a patch of the picture.</p>}
          </section>
          <section>
            <h3>Exact definition</h3>
            <p>{definition}</p>
            {paper !== null && <p><a href={paper.address} target="_blank" rel="noreferrer">{paper.title}</a>{method === null ? '' : `, ${method.paper.equation}`}</p>}
          </section>
        </>
      )}
    </Dialog>
  );
}
