import {
  channelOrders, colourMaps, defaultSpec, explanationIds, type BackendChoice, type ExplanationTarget, type SessionSpec,
} from '../contract/session-spec';
import { defaultView, mirrorChoices, pages, themes, type ViewSpec } from './view-spec';

/**
 * The whole view as a link. Choices live after the `#`, which browsers do not send to the server;
 * only `backend` and `debug` are read from the query, because they must hold before anything is shown.
 */
export interface LinkState {
  readonly spec: SessionSpec;
  readonly view: ViewSpec;
  readonly debug: boolean;
}

/** Reads a link; whatever is missing or makes no sense takes the default. Never throws. */
export function readLink(search: string, hash: string, base: ViewSpec = defaultView): LinkState {
  const query = new URLSearchParams(search);
  const choices = new URLSearchParams(hash.replace(/^#/, ''));
  for (const [key, value] of query) if (!choices.has(key)) choices.set(key, value);
  const openLayer = readText(choices.get('layer'));
  return {
    spec: {
      network: readText(choices.get('network')) ?? defaultSpec.network,
      backend: readBackend(choices.get('backend')),
      explanation: pick(explanationIds, choices.get('explanation'), defaultSpec.explanation),
      explanationLayer: readText(choices.get('at')),
      target: readTarget(choices.get('target')),
      openLayer,
      openChannel: openLayer === null ? null : readIndex(choices.get('channel')),
      channelOrder: pick(channelOrders, choices.get('order'), defaultSpec.channelOrder),
      scale: pick(['channel', 'layer'] as const, choices.get('scale'), defaultSpec.scale),
      colourMap: pick(colourMaps, choices.get('colours'), defaultSpec.colourMap),
      everyStep: readFlag(choices.get('steps'), defaultSpec.everyStep),
      // Of this visit only: never part of a link.
      networkRevision: defaultSpec.networkRevision, input: defaultSpec.input,
      activity: choices.get('page') === 'network',
    },
    view: {
      overlayOpacity: readPercent(choices.get('opacity'), base.overlayOpacity),
      mirror: pick(mirrorChoices, choices.get('mirror'), base.mirror),
      theme: pick(themes, choices.get('theme'), base.theme),
      bigType: readFlag(choices.get('big'), base.bigType),
      smoothMaps: readFlag(choices.get('smooth'), base.smoothMaps),
      crispOverlay: readFlag(choices.get('crisp'), base.crispOverlay),
      picture: readText(choices.get('picture')) ?? base.picture,
      page: pick(pages, choices.get('page'), defaultView.page),
    },
    debug: query.has('debug') && query.get('debug') !== 'false',
  };
}

/** The part after `#` (with it, or '' when everything is as `base` has it). `readLink` of it gives the same state back. `backend` is what the query asks for. */
export function writeHash(spec: SessionSpec, view: ViewSpec, base: ViewSpec = defaultView, backend: BackendChoice = defaultSpec.backend): string {
  const choices: [key: string, value: string][] = [];
  const put = <T>(key: string, value: T, standard: T, text: (value: T) => string = String): void => {
    if (value !== standard) choices.push([key, text(value)]);
  };
  put('network', spec.network, defaultSpec.network);
  put('backend', spec.backend, backend);
  put('explanation', spec.explanation, defaultSpec.explanation);
  if (spec.explanationLayer !== null) choices.push(['at', spec.explanationLayer]);
  if (spec.target.kind !== 'top') choices.push(['target', writeTarget(spec.target)]);
  if (spec.openLayer !== null) choices.push(['layer', spec.openLayer]);
  if (spec.openLayer !== null && spec.openChannel !== null) choices.push(['channel', String(spec.openChannel)]);
  put('order', spec.channelOrder, defaultSpec.channelOrder);
  put('scale', spec.scale, defaultSpec.scale);
  put('colours', spec.colourMap, defaultSpec.colourMap);
  put('steps', spec.everyStep, defaultSpec.everyStep, writeFlag);
  put('opacity', view.overlayOpacity, base.overlayOpacity, (opacity) => String(Math.round(opacity * 100)));
  put('mirror', view.mirror, base.mirror);
  put('theme', view.theme, base.theme);
  put('big', view.bigType, base.bigType, writeFlag);
  put('smooth', view.smoothMaps, base.smoothMaps, writeFlag);
  put('crisp', view.crispOverlay, base.crispOverlay, writeFlag);
  if (view.picture !== null && view.picture !== base.picture) choices.push(['picture', view.picture]);
  put('page', view.page, defaultView.page);
  const text = new URLSearchParams(choices).toString();
  return text === '' ? '' : `#${text}`;
}

function pick<T extends string>(allowed: readonly T[], value: string | null, standard: T): T {
  return allowed.find((option) => option === value) ?? standard;
}

function readBackend(value: string | null): BackendChoice {
  return value === 'webgpu' || value === 'wasm' || value === 'auto' ? value : defaultSpec.backend;
}

function readText(value: string | null): string | null {
  return value === null || value === '' ? null : value;
}

function readIndex(value: string | null): number | null {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : null;
}

/** `12`: a class; `12-40`: one class rather than another; `unit:3:layer`, `unit:3:4,5:layer`: a channel, or one unit (y, x) of it. */
function readTarget(value: string | null): ExplanationTarget {
  const pair = /^(\d{1,6})-(\d{1,6})$/.exec(value ?? '');
  if (pair !== null) return { kind: 'difference', index: Number(pair[1]), against: Number(pair[2]) };
  const unit = /^unit:(\d{1,6}):(?:(\d{1,6}),(\d{1,6}):)?(.+)$/s.exec(value ?? '');
  if (unit !== null) {
    const place = unit[2] === undefined ? {} : { y: Number(unit[2]), x: Number(unit[3]) };
    return { kind: 'unit', layer: unit[4] ?? '', channel: Number(unit[1]), ...place };
  }
  const index = readIndex(value);
  return index === null ? defaultSpec.target : { kind: 'class', index };
}

function writeTarget(target: ExplanationTarget): string {
  switch (target.kind) {
    case 'top': return '';
    case 'class': return String(target.index);
    case 'difference': return `${target.index}-${target.against}`;
    case 'unit': return `unit:${target.channel}:${target.y === undefined || target.x === undefined ? '' : `${target.y},${target.x}:`}${target.layer}`;
  }
}

function readPercent(value: string | null, standard: number): number {
  const percent = readIndex(value);
  return percent === null ? standard : Math.min(100, percent) / 100;
}

function readFlag(value: string | null, standard: boolean): boolean {
  return value === null ? standard : value === 'on';
}

function writeFlag(on: boolean): string {
  return on ? 'on' : 'off';
}
