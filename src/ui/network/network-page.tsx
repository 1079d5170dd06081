import { X } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { showNetworkPage } from '../../state/actions/show-network-page';
import { description, followNetworkPage, tab, tabs, type Tab } from '../../state/network-page';
import { networkMissingText } from '../../state/worker-state';
import { isWide } from '../page/media';
import { ArchitectureView } from './architecture-view';
import { ComparisonChart } from './comparison-chart';
import { KernelPicturesView } from './kernel-pictures';
import { LayerTable } from './layer-table';
import { NetworkFactsPanel, NetworkSummary } from './network-facts-panel';
import './network-page.css';
import './network-graph.css';

const tabNames: Readonly<Record<Tab, string>> = { architecture: 'Drawing', table: 'Table', comparison: 'Among others', kernels: 'First kernels' };

/** What the network is made of, while the camera runs on beside it. */
export function NetworkPage() {
  useEffect(followNetworkPage, []);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Opened by a link nobody's focus is moved; opened by the button it goes along, and back.
    if (document.activeElement !== document.body) list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus({ preventScroll: true });
    return () => {
      const focused = document.activeElement;
      if (focused === document.body || focused?.closest('.network-main, .network-facts-panel') != null) document.querySelector<HTMLElement>('.network-button')?.focus({ preventScroll: true });
    };
  }, []);
  const chosen = tab.value;
  const handleKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    tab.value = tabs[(tabs.indexOf(chosen) + step + tabs.length) % tabs.length] ?? 'architecture';
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  return (
    <>
      <NetworkSummary />
      <section class="network-main" aria-label="Network page">
        <div class="network-tabs">
          <div ref={list} role="tablist" tabIndex={-1} aria-label="Ways to look at the network" onKeyDown={handleKey}>
            {tabs.map((name) => (
              <button key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={name === chosen} aria-controls="network-view" tabIndex={name === chosen ? 0 : -1}
                onClick={() => { tab.value = name; }}>{tabNames[name]}</button>
            ))}
          </div>
          <button type="button" class="button icon quiet" aria-label="Close the network page" title="Close (Escape)" onClick={() => showNetworkPage(false)}><X size={20} /></button>
        </div>
        <div id="network-view" class="network-view" role="tabpanel" aria-labelledby={`tab-${chosen}`}>
          {description.value === null ? <p class="muted network-wait">{networkMissingText.value}</p> : <View chosen={chosen} />}
        </div>
      </section>
      {(isWide.value || chosen === 'architecture') && <NetworkFactsPanel />}
    </>
  );
}

function View({ chosen }: { readonly chosen: Tab }) {
  switch (chosen) {
    case 'architecture': return <ArchitectureView />;
    case 'table': return <LayerTable />;
    case 'comparison': return <ComparisonChart />;
    case 'kernels': return <KernelPicturesView />;
  }
}
