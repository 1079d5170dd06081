import { KeptNetworksDialog } from '../import/kept-networks-dialog';
import { OpenNetworkDialog } from '../import/open-network-dialog';
import { ClassDialog } from './class-dialog';
import { CodeDialog } from './code-dialog';
import { GalleryDialog } from './gallery-dialog';
import { HelpDialog } from './help-dialog';
import { MapDialog } from './map-dialog';
import { openDialog } from './open-dialog';
import { SettingsDialog } from './settings-dialog';

/** The one dialog that is open. */
export function Dialogs() {
  switch (openDialog.value) {
    case 'help': return <HelpDialog />;
    case 'settings': return <SettingsDialog />;
    case 'gallery': return <GalleryDialog />;
    case 'classes': return <ClassDialog />;
    case 'open-network': return <OpenNetworkDialog />;
    case 'kept-networks': return <KeptNetworksDialog />;
    case 'code': return <CodeDialog />;
    case 'map': return <MapDialog />;
    case null: return null;
  }
}
