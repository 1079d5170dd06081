import { CircleQuestionMark, Download, FilePlusCorner, QrCode, Settings } from 'lucide-preact';
import { switchNetwork } from '../../state/actions/show-built-in';
import { spec, view } from '../../state/choices';
import { isUnlisted, networkGroups, type NetworkOption } from '../../state/networks';
import { installOffer } from '../../state/pwa';
import { loading, network } from '../../state/worker-state';
import { showDialog } from '../dialogs/open-dialog';
import { NetworkButton } from '../network/network-button';
import './header.css';

export function Header() {
  const offer = installOffer.value;
  const coming = loading.value;
  const groups = networkGroups.value;
  const share = coming === null || coming.totalBytes === 0 ? 0 : coming.loadedBytes / coming.totalBytes;
  return (
    <header class="header area-header">
      <h1 class="brand"><BrandMark /><span>Innerview</span></h1>
      <label class="field header-network">
        <span class="header-network-label">Network</span>
        <select class="select" aria-label="Network" value={spec.value.network} onChange={(event) => void switchNetwork(event.currentTarget.value)}>
          {groups.map(({ label, options }) => (groups.length === 1 ? <NetworkOptions options={options} /> : <optgroup key={label} label={label}><NetworkOptions options={options} /></optgroup>))}
          {isUnlisted.value && <option value={spec.value.network}>{network.value?.network === spec.value.network ? network.value.card.name : spec.value.network}</option>}
        </select>
      </label>
      <button type="button" class="button header-open expert" aria-label="Open network" title="Open network: your own file, or one from the shelf" onClick={() => showDialog('open-network')}><FilePlusCorner size={18} /><span class="header-open-word">Open network</span></button>
      <NetworkButton />
      <span class="header-space" />
      {offer !== null && (
        <button type="button" class="button quiet install" aria-label="Install" title="Install" onClick={() => void offer()}><Download size={18} /><span>Install</span></button>
      )}
      {view.value.bigType && <button type="button" class="button icon quiet" aria-label="This view on other devices" title="A code that phones scan to see the same" onClick={() => showDialog('code')}><QrCode size={20} /></button>}
      <button type="button" class="button icon quiet" aria-label="Settings" title="Settings" onClick={() => showDialog('settings')}><Settings size={20} /></button>
      <button type="button" class="button icon quiet" aria-label="Help" title="Help (?)" onClick={() => showDialog('help')}><CircleQuestionMark size={20} /></button>
      {coming !== null && (
        <div class="loading" role="progressbar" aria-label="Loading the network" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
          <i style={{ transform: `scaleX(${share})` }} />
        </div>
      )}
    </header>
  );
}

function NetworkOptions({ options }: { readonly options: readonly NetworkOption[] }) {
  return <>{options.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</>;
}

/** A square inside a square: the picture, and what is seen within. */
function BrandMark() {
  return (
    <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
      <path d="M2 7V2h5M15 2h5v5M20 15v5h-5M7 20H2v-5" fill="none" stroke="currentColor" stroke-width="2" />
      <path d="M7 7h3.4v3.4H7z M11.6 11.6H15V15h-3.4z" fill="var(--accent)" />
      <path d="M11.6 7H15v3.4h-3.4z M7 11.6h3.4V15H7z" fill="var(--accent)" opacity=".45" />
    </svg>
  );
}
