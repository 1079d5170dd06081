import { encode } from 'uqr';
import { spec, view } from '../../state/choices';
import { isUnlisted } from '../../state/networks';
import { source } from '../../state/source-state';
import { Dialog } from './dialog';

/** Light modules around the code, as readers want them. */
const quietModules = 3;

/** The view as a code: thirty phones scan it from the projector and see the same. */
export function CodeDialog() {
  // The address follows these; what it says of this device alone stays here.
  void spec.value;
  void view.value;
  const link = `${location.origin}${location.pathname}${location.hash}`;
  const { size, data } = encode(link, { border: quietModules });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  const ownPicture = source.value?.kind === 'picture' && view.value.picture === null;
  return (
    <Dialog title="This view on other devices">
      <section class="code">
        <svg class="code-picture" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="Code with the address of this view" shape-rendering="crispEdges">
          <path fill="#fff" d={`M0 0h${size}v${size}h-${size}z`} /><path fill="#000" d={path} />
        </svg>
        <p>Point a phone’s camera at the code. It opens the same network, layer and map, {view.value.picture === null ? 'on its own camera' : 'on the same picture'}; nothing is sent from here.</p>
        <p class="code-link"><a href={link}>{link}</a></p>
        {/^(localhost|127\.|\[::1\])/.test(location.hostname) && <p class="code-note">This address is known on this device only. For other devices, open the page under an address that they can reach.</p>}
        {ownPicture && <p class="code-note">Your own picture is not part of it: it stays on this device.</p>}
        {isUnlisted.value && <p class="code-note">The network you opened is not part of it: other devices would have to open its file as well.</p>}
      </section>
    </Dialog>
  );
}
