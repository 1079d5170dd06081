import '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { openLayer } from '../state/worker-state';
import { begun } from '../state/source-state';
import { Dialogs } from './dialogs/dialogs';
import { ExplanationControls } from './controls/explanation-controls';
import { FileInput } from './controls/file-input';
import { Toolbar } from './controls/toolbar';
import { dropping, listenForPictures } from './page/drop-and-paste';
import { Header } from './page/header';
import { isShort, isWide } from './page/media';
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
    const stops = [followTheme(), listenForShortcuts(), listenForPictures()];
    return () => { for (const stop of stops) stop(); };
  }, []);
  const wide = isWide.value;
  const sheet = !wide && openLayer.value !== null;
  const intro = !begun.value && !sheet;
  const panel = useRef<HTMLDivElement>(null);
  // Other contents start at their beginning.
  useLayoutEffect(() => { if (panel.current !== null) panel.current.scrollTop = 0; }, [intro, sheet]);
  return (
    <div class="app" data-layer-open={sheet ? '' : undefined}>
      <Header />
      <main class="app-main">
        {intro && wide && <StartCard />}
        <Stage />
        <StatusLine />
        <Notices />
        <div class="area-controls"><Toolbar offersCamera={!intro} />{begun.value && !(sheet && isShort.value) && <Filmstrip />}</div>
        <div ref={panel} class="area-panel">
          {intro && !wide && <Predictions compact />}
          {intro && !wide && <StartCard />}
          {!sheet && <ExplanationControls />}
          {(!intro || wide) && <Predictions compact={sheet} />}
          {sheet && <LayerPanel />}
        </div>
        <LayerRail />
        {wide && <LayerPanel />}
        {wide && <Inspector />}
      </main>
      <Dialogs />
      <FileInput />
      {dropping.value && <div class="drop-veil" aria-hidden="true"><p>Drop to look at it</p></div>}
    </div>
  );
}
