import { toggleFreeze } from '../../state/actions/freeze';
import { openChannel as showChannel, stepChannel } from '../../state/actions/open-channel';
import { stepPicture } from '../../state/actions/open-picture';
import { openLayer as showLayer, stepLayer } from '../../state/actions/open-layer';
import { showNetworkPage } from '../../state/actions/show-network-page';
import { spec } from '../../state/choices';
import { inspecting } from '../../state/inspection';
import { networkPageOpen } from '../../state/network-page';
import { filmstrip } from '../../state/pictures';
import { canFreeze } from '../../state/source-state';
import { isWide } from './media';
import { openDialog, showDialog } from '../dialogs/open-dialog';

/** Every main control has a key. Controls that use a key themselves keep it. @returns what removes them */
export function listenForShortcuts(): () => void {
  const handleKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || openDialog.peek() !== null || (inspecting.peek() && event.key !== '?')) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (target.closest('input, select, textarea') !== null) return;
    if (event.key === ' ' && target.closest('button, a') !== null) return;
    if (handleShortcut(event.key)) event.preventDefault();
  };
  addEventListener('keydown', handleKey);
  return () => removeEventListener('keydown', handleKey);
}

function handleShortcut(key: string): boolean {
  // There the arrows walk through the drawing.
  if (networkPageOpen.peek() && key !== ' ' && key !== '?') return key === 'Escape' && closePage();
  switch (key) {
    case ' ': if (canFreeze.peek()) void toggleFreeze(); return true;
    case '?': showDialog('help'); return true;
    case 'ArrowDown': stepLayer(1); return true;
    case 'ArrowUp': stepLayer(-1); return true;
    case 'ArrowRight': stepSideways(1); return true;
    case 'ArrowLeft': stepSideways(-1); return true;
    case 'Escape': return goBack();
    default: return false;
  }
}

function stepSideways(step: number): void {
  if (spec.peek().openChannel === null && filmstrip.peek().length > 1) void stepPicture(step);
  else if (spec.peek().openLayer !== null) stepChannel(step);
}

function closePage(): true {
  showNetworkPage(false);
  return true;
}

function goBack(): boolean {
  if (spec.peek().openChannel !== null) showChannel(null);
  else if (spec.peek().openLayer !== null && !isWide.peek()) showLayer(null);
  else return false;
  return true;
}
