import { changeSpec, changeView, spec, view } from '../../state/choices';
import { installHint, installOffer } from '../../state/pwa';
import type { BackendChoice } from '../../contract/session-spec';
import type { Theme } from '../../state/view-spec';
import { ready } from '../../state/worker-state';
import { Dialog } from './dialog';
import { showDialog } from './open-dialog';

export function SettingsDialog() {
  const { theme, bigType, smoothMaps, crispOverlay } = view.value;
  const offer = installOffer.value;
  return (
    <Dialog title="Settings">
      <section>
        <label class="row"><span>Theme</span>
          <select class="select" value={theme} onChange={(event) => changeView({ theme: event.currentTarget.value as Theme })}>
            <option value="dark">Dark</option><option value="light">Light</option><option value="system">As the system</option>
          </select>
        </label>
      </section>
      <section>
        <h3>In front of a class</h3>
        <Switch label="Presenter mode: larger type, fewer controls" on={bigType} onChange={(on) => changeView({ bigType: on })} />
        <button type="button" class="button" onClick={() => showDialog('code')}>This view on other devices</button>
      </section>
      <section>
        <h3>Drawing</h3>
        <Switch label="Smooth the pixels of feature maps" on={smoothMaps} onChange={(on) => changeView({ smoothMaps: on })} />
        <Switch label="Show the true pixels of the map over the picture" on={crispOverlay} onChange={(on) => changeView({ crispOverlay: on })} />
        <Switch label="Show every step of the network (slower)" on={spec.value.everyStep} onChange={(on) => changeSpec({ everyStep: on })} />
      </section>
      <section>
        <h3>Computation</h3>
        <label class="row"><span>Runs on</span>
          <select class="select" value={spec.value.backend} onChange={(event) => changeSpec({ backend: event.currentTarget.value as BackendChoice })}>
            <option value="auto">What is best here</option><option value="webgpu">WebGPU</option><option value="wasm">WebAssembly</option>
          </select>
        </label>
        {ready.value !== null && <p class="small muted">{ready.value.why}{ready.value.threads > 1 ? ` (${ready.value.threads} threads)` : ''}</p>}
      </section>
      <section>
        <h3>Networks</h3>
        <button type="button" class="button" onClick={() => showDialog('kept-networks')}>Networks on this device</button>
      </section>
      {(offer !== null || installHint.value) && (
        <section>
          <h3>Keep it</h3>
          {offer !== null ? <button type="button" class="button" onClick={() => void offer()}>Install Innerview</button> : <p>Tap Share, then “Add to Home Screen”.</p>}
        </section>
      )}
    </Dialog>
  );
}

function Switch({ label, on, onChange }: { readonly label: string; readonly on: boolean; readonly onChange: (on: boolean) => void }) {
  return (
    <label class="switch"><input type="checkbox" role="switch" aria-checked={on} checked={on} onChange={(event) => onChange(event.currentTarget.checked)} /><span>{label}</span></label>
  );
}
