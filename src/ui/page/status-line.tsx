import { frozen, isLive, source } from '../../state/source-state';
import { framesBehind, loading, network, rate, status } from '../../state/worker-state';
import './status-line.css';

const backendNames = { webgpu: 'WebGPU', wasm: 'WebAssembly' } as const;

/** One quiet line under the picture: how fast, which network, on what. */
export function StatusLine() {
  const backend = status.value.backend;
  const behind = framesBehind.value;
  return (
    <div class="status-line area-status small">
      <span role="status" aria-live="off" aria-label="Frame rate" class="frame-rate numbers">{rateText()}</span>
      <span class="status-item">{network.value?.card.name ?? (loading.value === null ? '' : `Loading, ${loadedPercent()} %`)}</span>
      <span class="status-item expert">{backend === null ? 'Starting' : backendNames[backend]}</span>
      {behind > 0 && <span class="status-item stale numbers">Stale: {behind} frames behind</span>}
      {behind === 0 && source.value !== null && <span class="status-item status-source">{frozen.value ? 'Frozen' : source.value.label}</span>}
    </div>
  );
}

function rateText(): string {
  if (!isLive.value) return source.value === null ? '0 fps' : 'still';
  const perSecond = framesBehind.value > 0 ? 0 : rate.value?.framesPerSecond;
  if (perSecond === undefined) return '– fps';
  return `${perSecond >= 10 || perSecond === 0 ? Math.round(perSecond) : perSecond.toFixed(1)} fps`;
}

function loadedPercent(): number {
  const { loadedBytes = 0, totalBytes = 0 } = loading.value ?? {};
  return totalBytes === 0 ? 0 : Math.round((100 * loadedBytes) / totalBytes);
}
