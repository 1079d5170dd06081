import { describe, expect, it } from 'vitest';
import { registerServiceWorker, type RegistrationHost } from './registration';

class FakeWorker extends EventTarget {
  state: ServiceWorkerState = 'installing';
  readonly messages: unknown[] = [];
  postMessage(message: unknown): void { this.messages.push(message); }
  become(state: ServiceWorkerState): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class FakeRegistration extends EventTarget {
  installing: FakeWorker | null = null;
  waiting: FakeWorker | null = null;
  active: FakeWorker | null = null;
  updates = 0;
  async update(): Promise<void> { this.updates += 1; }
  find(worker: FakeWorker): void {
    this.installing = worker;
    this.dispatchEvent(new Event('updatefound'));
  }
}

async function registerWith(registration: FakeRegistration, controller: FakeWorker | null = registration.active) {
  const container = Object.assign(new EventTarget(), { controller, register: async () => registration });
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const seen = { offline: 0, reloads: 0, nowMs: 0, offers: [] as (() => void)[] };
  const host = { container, document: page, now: () => seen.nowMs, reload: () => { seen.reloads += 1; } };
  const registered = await registerServiceWorker('https://example.test/app/', {
    onUpdateReady: (apply) => { seen.offers.push(apply); },
    onOfflineReady: () => { seen.offline += 1; },
  }, host as unknown as RegistrationHost);
  return { seen, container, page, registered };
}

const active = (): FakeRegistration => Object.assign(new FakeRegistration(), { active: new FakeWorker() });

describe('registerServiceWorker', () => {
  it('says on a first visit that the app is on the device, and offers no update', async () => {
    const registration = new FakeRegistration();
    const { seen, container } = await registerWith(registration);
    const worker = new FakeWorker();
    registration.find(worker);
    worker.become('installed');
    expect(seen.offline).toBe(0);
    worker.become('activated');
    container.dispatchEvent(new Event('controllerchange'));
    expect(seen).toMatchObject({ offline: 1, reloads: 0, offers: [] });
  });

  it('offers a new version and loads it only when asked', async () => {
    const registration = active();
    const { seen, container } = await registerWith(registration);
    const worker = new FakeWorker();
    registration.find(worker);
    registration.waiting = worker;
    worker.become('installed');
    expect(seen.offers).toHaveLength(1);
    expect(worker.messages).toEqual([]);
    seen.offers[0]?.();
    expect(worker.messages).toEqual(['apply-update']);
    expect(seen.reloads).toBe(0);
    container.dispatchEvent(new Event('controllerchange'));
    expect(seen.reloads).toBe(1);
  });

  it('offers what was already waiting', async () => {
    const registration = active();
    registration.waiting = new FakeWorker();
    expect((await registerWith(registration)).seen.offers).toHaveLength(1);
  });

  it('does not reload a session when another tab applied the update', async () => {
    const { seen, container } = await registerWith(active());
    container.dispatchEvent(new Event('controllerchange'));
    expect(seen.reloads).toBe(0);
    expect(seen.offers).toHaveLength(1);
    seen.offers[0]?.();
    expect(seen.reloads).toBe(1);
  });

  it('looks for a new version at most once an hour, when the page is looked at again', async () => {
    const registration = active();
    const { seen, page } = await registerWith(registration);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(registration.updates).toBe(0);
    seen.nowMs = 3_600_001;
    page.dispatchEvent(new Event('visibilitychange'));
    page.dispatchEvent(new Event('visibilitychange'));
    expect(registration.updates).toBe(1);
  });

  it('runs on without a service worker', async () => {
    const listeners = { onUpdateReady: () => undefined, onOfflineReady: () => undefined };
    const container = Object.assign(new EventTarget(), { controller: null, register: () => Promise.reject(new Error('no')) });
    const host = { container, document: new EventTarget(), now: () => 0, reload: () => undefined } as unknown as RegistrationHost;
    expect(await registerServiceWorker('https://example.test/', listeners, host)).toBe(false);
    expect(await registerServiceWorker('https://example.test/', listeners, null)).toBe(false);
  });
});
