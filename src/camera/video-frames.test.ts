import { beforeAll, describe, expect, it } from 'vitest';
import { startVideo } from './video-frames';

beforeAll(() => { Object.assign(globalThis, { HTMLMediaElement: { HAVE_CURRENT_DATA: 2 } }); });

/** A video that loads its first frame only once it plays, as phones do. */
class FakeVideo extends EventTarget {
  paused = true;
  readyState = 0;
  error: { message: string } | null = null;
  constructor(readonly playsWith: 'frame' | 'refusal' | 'interruption' | 'error') { super(); }

  async play(): Promise<void> {
    this.paused = this.playsWith === 'refusal';
    if (this.playsWith === 'error') {
      setTimeout(() => {
        this.error = { message: 'no decoder' };
        this.dispatchEvent(new Event('error'));
      });
      return;
    }
    if (this.playsWith === 'refusal') throw new DOMException('not without a gesture', 'NotAllowedError');
    setTimeout(() => {
      this.readyState = 2;
      this.dispatchEvent(new Event('loadeddata'));
    });
    if (this.playsWith === 'interruption') throw new DOMException('a new load', 'AbortError');
  }
}

const start = (playsWith: FakeVideo['playsWith']): Promise<unknown> =>
  startVideo(new FakeVideo(playsWith) as unknown as HTMLVideoElement).then(() => 'plays', (thrown: unknown) => (thrown as { readonly message: string }).message);

describe('startVideo', () => {
  it('plays before there is a frame, and waits for it', async () => {
    expect(await start('frame')).toBe('plays');
    expect(await start('interruption')).toBe('plays');
  });

  it('does not wait for a frame that will not come', async () => {
    expect(await start('refusal')).toBe('not without a gesture');
  });

  it('rejects when the element cannot play', async () => {
    expect(await start('error')).toBe('no decoder');
  });
});
