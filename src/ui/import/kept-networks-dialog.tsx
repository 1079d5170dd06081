import { FolderOpen } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { refreshStorage } from '../../state/actions/manage-list';
import { undoDeletion } from '../../state/actions/manage-networks';
import { deletions, formatBytes, keptNetworks, shownKept, storageReport } from '../../state/kept-networks';
import { Dialog } from '../dialogs/dialog';
import { showDialog } from '../dialogs/open-dialog';
import { KeptNetworkRow } from './kept-network-row';
import './import.css';

/** What the person brought, with all that can be done to it, and what it takes up. */
export function KeptNetworksDialog() {
  useEffect(() => { void refreshStorage(); }, []);
  const networks = shownKept.value;
  return (
    <Dialog title="Networks on this device">
      {networks.length === 0 && deletions.value.length === 0 && (
        <p>{keptNetworks.value === null ? 'Looking what is here.' : 'You have brought no network yet. Open one from a file, an address or the shelf, and it stays here until you delete it.'}</p>
      )}
      <ul class="kept-list" aria-label="Networks on this device">
        {networks.map((network) => <KeptNetworkRow key={network.id} network={network} />)}
      </ul>
      {deletions.value.map(({ network }) => (
        <div key={network.id} class="kept-deleted" role="status">
          <p>“{network.name}” is deleted.</p>
          <button type="button" class="button" ref={(element) => { if (document.activeElement === document.body) element?.focus(); }} onClick={() => undoDeletion(network.id)}>Undo</button>
        </div>
      ))}
      <Occupied />
      <footer class="dialog-footer"><button type="button" class="button" onClick={() => showDialog('open-network')}><FolderOpen size={18} />Open network</button></footer>
    </Dialog>
  );
}

function Occupied() {
  const report = storageReport.value;
  if (report === null) return null;
  const free = Math.max(0, report.quotaBytes - report.usedBytes);
  return (
    <p class="kept-storage small muted">
      <span class="numbers">{formatBytes(report.networksBytes)}</span> in use{report.quotaBytes > 0 && <>, about <span class="numbers">{formatBytes(free)}</span> free</>}.{' '}
      {report.persisted ? 'The browser promised to keep it until you delete it.' : 'The browser may clear it when the device runs out of room; export what you could not get again.'}
    </p>
  );
}
