import { effect } from '@preact/signals-core';
import type { SessionSpec } from '../contract/session-spec';
import { refreshKept } from './actions/manage-list';
import { resumeDeletions } from './actions/manage-networks';
import { openBuiltIn, playClip } from './actions/open-picture';
import { followPicture } from './actions/follow-picture';
import { followPainting } from './actions/paint';
import { showFirstBuiltIn } from './actions/show-built-in';
import { createAddress, type Address } from './address';
import { spec, view } from './choices';
import { exposeDebugHandle } from './debug';
import { clearFailure, failure, reportFailure, showFailure } from './failure';
import { draft, type ImportDraft } from './import-state';
import { dropMissingTarget } from './lost-target';
import { choosePlayable, gallery, parseGallery } from './pictures';
import { receiveEvent } from './receive-event';
import { getRuntime, setRuntime, type Runtime } from './runtime';
import { camera, cameras, source } from './source-state';
import { readLink, writeHash } from './url-state';
import { defaultView, type ViewSpec } from './view-spec';
import { clockMs, drawn, network, rate, status } from './worker-state';

const preferencesKey = 'innerview.preferences';
const clockStepMs = 250;
const linkDelayMs = 150;

/** Reads the link, starts the worker's supervisor, and puts something living on screen. Called once. */
export function startApp(runtime: Runtime): void {
  setRuntime(runtime);
  const base = { ...defaultView, ...readPreferences() };
  const address = createAddress(runtime.page);
  const takeLink = (): void => {
    const link = readLink(runtime.page.search, address.read(), base);
    spec.value = link.spec;
    view.value = link.view;
  };
  takeLink();
  runtime.page.onHashChange(() => {
    const before = view.peek().picture;
    takeLink();
    dropMissingTarget();
    if (view.peek().picture !== null && view.peek().picture !== before) void showLinked();
  });
  followWorker();
  followChoices(address);
  followPainting();
  followPicture();
  followKept();
  if (runtime.page.debug) exposeDebugHandle();
  setInterval(() => { clockMs.value = runtime.page.nowMs(); }, clockStepMs);
  runtime.sources.onCameraListChange(() => {
    if (camera.peek() !== null) runtime.sources.listCameras().then((list) => { cameras.value = list; }, reportFailure);
  });
  void showSomething();
}

function followWorker(): void {
  const { supervisor } = getRuntime();
  supervisor.onEvent(receiveEvent);
  const takeStatus = (): void => {
    const next = supervisor.status;
    const before = status.peek();
    status.value = next;
    if (next.phase === 'failed' && next.error !== null) showFailure(next.error);
    if (next.phase === 'running' && before.phase === 'failed') clearFailure();
    if (next.generation !== before.generation) {
      drawn.value = null;
      rate.value = null;
    }
  };
  takeStatus();
  supervisor.onStatus(takeStatus);
}

function followChoices(address: Address): void {
  const { supervisor, page } = getRuntime();
  effect(() => { supervisor.apply(spec.value).catch(reportFailure); });
  const askedBackend = readLink(page.search, '').spec.backend;
  let pending: ReturnType<typeof setTimeout> | undefined;
  let linked = withoutDraft(spec.peek(), draft.peek()).network;
  effect(() => {
    const shown = withoutDraft(spec.value, draft.value);
    const hash = writeHash(shown, view.value, { ...defaultView, ...readPreferences() }, askedBackend);
    const write = (): void => address.write(hash);
    clearTimeout(pending);
    // A slider moves faster than browsers let pages rewrite their address; a change of network is kept at once, in case the page is left.
    if (shown.network === linked) pending = setTimeout(write, linkDelayMs);
    else write();
    linked = shown.network;
  });
  let first = true;
  effect(() => {
    const { theme, bigType } = view.value;
    if (!first) page.store(preferencesKey, JSON.stringify({ theme, bigType }));
    first = false;
  });
}

/** A draft is gone after a reload, so a link names what was there before it. */
function withoutDraft(chosen: SessionSpec, open: ImportDraft | null): SessionSpec {
  const isDraft = open !== null && !open.again && open.report.network.id === chosen.network;
  return isDraft ? { ...chosen, network: open.before, openLayer: null, openChannel: null, target: { kind: 'top' } } : chosen;
}

/** The list of kept networks, once the first network runs (or cannot): reading it must not delay what is seen first. */
function followKept(): void {
  let asked = false;
  effect(() => {
    if (asked || (network.value === null && failure.value === null)) return;
    asked = true;
    void refreshKept().then(resumeDeletions);
  });
}

/** The linked picture, else the clip (a still for those who want no motion): the page is never empty. */
async function showSomething(): Promise<void> {
  const { page } = getRuntime();
  try {
    const answer = await fetch(`${page.baseUrl}gallery/index.json`);
    if (answer.ok) gallery.value = choosePlayable(parseGallery(await answer.json()), page.canPlay);
  } catch {
    // A page without its gallery still has the camera and the person's own pictures; the start card says so.
    return;
  }
  if (source.peek() !== null || await showLinked()) return;
  await showFirstBuiltIn(false);
}

/** The built-in picture or clip that the link names. @returns false where it names none */
async function showLinked(): Promise<boolean> {
  const linked = view.peek().picture;
  const { pictures, clips } = gallery.peek();
  if (pictures.some(({ file }) => file === linked)) await openBuiltIn(linked ?? '');
  else if (clips.some(({ file }) => file === linked)) await playClip(linked ?? '', true);
  else return false;
  return true;
}

function readPreferences(): Partial<Pick<ViewSpec, 'theme' | 'bigType'>> {
  try {
    const stored: unknown = JSON.parse(getRuntime().page.readStored(preferencesKey) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    const { theme, bigType } = stored as Partial<ViewSpec>;
    return {
      ...(theme === 'dark' || theme === 'light' || theme === 'system' ? { theme } : {}),
      ...(typeof bigType === 'boolean' ? { bigType } : {}),
    };
  } catch {
    return {};
  }
}
