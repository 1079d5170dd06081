import '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { openLayer } from '../state/worker-state';
import { networkPageOpen } from '../state/network-page';
import { begun } from '../state/source-state';
import { Dialogs } from './dialogs/dialogs';
import { ExplanationControls } from './controls/explanation-controls';
import { SheetCaption } from './controls/live-caption';
import { FileInput } from './controls/file-input';
import { Toolbar } from './controls/toolbar';
import { asking } from '../state/import-state';
import { ImportPanel } from './import/import-panel';
import { dropping, listenForDrops } from './page/drop-and-paste';
import { Inspection } from './inspection/inspection';
import { Header } from './page/header';
import { isShort, isWide } from './page/media';
import { NetworkPageLoader } from './network/network-page-loader';
import { Notices } from './page/notices';
import { listenForShortcuts } from './page/shortcuts';
import { StartCard } from './page/start-card';
import { StatusLine } from './page/status-line';
import { followTheme } from './page/theme';
import { Filmstrip } from './panels/filmstrip';
import { Inspector } from './panels/inspector';
import { LayerPanel } from './panels/layer-panel';
import { LayerRail } from './panels/layer-rail';
import { Predictions } from './panels/predictions';
import { Stage } from './stage/stage';
import './base/tokens.css';
import './base/base.css';
import './base/controls.css';
import './base/layout.css';

/** The whole window. */
export function App() {
  useEffect(() => {
    const stops = [followTheme(), listenForShortcuts(), listenForDrops()];
    return () => { for (const stop of stops) stop(); };
  }, []);
  const wide = isWide.value;
  const asks = asking.value;
  const page = networkPageOpen.value && !asks;
  const sheet = !wide && openLayer.value !== null && !asks && !page;
  const intro = !begun.value && !sheet && !asks;
  const panel = useRef<HTMLDivElement>(null);
  // Other contents start at their beginning.
  useLayoutEffect(() => { if (panel.current !== null) panel.current.scrollTop = 0; }, [intro, sheet]);
  return (
    <div class="app" data-page={page ? 'network' : undefined} data-layer-open={sheet ? '' : undefined} data-asking={asks && !wide ? '' : undefined}>
      <Header />
      <main class="app-main">
        {intro && wide && !page && <StartCard />}
        <Stage />
        {!page && <StatusLine />}
        <Notices />
        {page && <NetworkPageLoader />}
        {!page && <div class="area-controls"><Toolbar offersCamera={!intro} />{begun.value && !(sheet && isShort.value) && <Filmstrip />}</div>}
        {!page && <div ref={panel} class="area-panel">
          {asks && !wide && <ImportPanel wide={false} />}
          {intro && !wide && <Predictions compact />}
          {intro && !wide && <StartCard />}
          {!sheet && (wide || !asks) && <ExplanationControls />}
          {(wide || (!intro && !asks)) && <Predictions compact={sheet} />}
          {sheet && <SheetCaption />}
          {sheet && <LayerPanel />}
        </div>}
        {!page && (wide || !asks) && <LayerRail />}
        {wide && !page && <LayerPanel />}
        {wide && !page && (asks ? <ImportPanel wide /> : <Inspector />)}
      </main>
      <Dialogs />
      <Inspection />
      <FileInput />
      {dropping.value && <div class="drop-veil" aria-hidden="true"><p>Drop pictures, arrays or a network</p></div>}
    </div>
  );
}
