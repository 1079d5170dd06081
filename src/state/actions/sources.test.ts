import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../contract/errors';
import { clearFailure, failure } from '../failure';
import { filmstrip, gallery } from '../pictures';
import { begun, camera, cameraMuted, frozen, source, waitingSource } from '../source-state';
import { useFakeRuntime, type FakeRuntime } from '../testing.fixture';
import { freeze, resume, toggleFreeze } from './freeze';
import { openFiles, playClip, stepPicture } from './open-picture';
import { closeCamera, showSource } from './show-source';
import { startCamera } from './start-camera';

let fake: FakeRuntime;

beforeEach(() => {
  fake = useFakeRuntime();
  showSource(null);
  closeCamera();
  clearFailure();
  begun.value = false;
  filmstrip.value = [];
  fake.fed.length = 0;
});

describe('the camera', () => {
  it('is put on screen and before the network, mirrored when it looks at the person', async () => {
    await startCamera();
    expect(fake.fed).toEqual([fake.made[0]]);
    expect(source.value?.mirror).toBe(true);
    expect(begun.value).toBe(true);
  });

  it('costs nothing when it is refused', async () => {
    await startCamera();
    closeCamera();
    fake.refuse = new AppError('camera-denied', 'no');
    await startCamera();
    expect(failure.value?.code).toBe('camera-denied');
    expect(source.value).toBe(fake.made[0]);
    expect(fake.made[0]!.disposals).toBe(0);
  });

  it('keeps the last picture when it is unplugged, and says so', async () => {
    await startCamera();
    fake.camera.mute(true);
    expect(cameraMuted.value).toBe(true);
    fake.camera.end();
    expect(failure.value?.code).toBe('camera-ended');
    expect(source.value).toBe(fake.made[0]);
    expect(camera.value).toBeNull();
    expect(fake.camera.closed).toBe(1);
  });

  it('is turned off by a picture', async () => {
    await startCamera();
    await openFiles([new File(['x'], 'x.png')]);
    expect(source.value?.label).toBe('x.png');
    expect(fake.made[0]!.disposals).toBe(1);
    expect(fake.camera.closed).toBe(1);
  });
});

describe('freezing', () => {
  it('keeps the live source behind the still one, and gives it back', async () => {
    await startCamera();
    await freeze();
    expect(frozen.value).toBe(true);
    expect(source.value?.kind).toBe('still');
    resume();
    expect(source.value).toBe(fake.made[0]);
    expect(fake.made.map((made) => made.disposals)).toEqual([0, 1]);
    expect(fake.camera.closed).toBe(0);
  });

  it('disposes both when something else is opened', async () => {
    await startCamera();
    await toggleFreeze();
    await openFiles([new File(['x'], 'x.png')]);
    expect(waitingSource.value).toBeNull();
    expect(fake.made.map((made) => made.disposals)).toEqual([1, 1, 0]);
  });

  it('does nothing to a picture', async () => {
    await openFiles([new File(['x'], 'x.png')]);
    await freeze();
    expect(frozen.value).toBe(false);
  });
});

describe('pictures', () => {
  it('are flipped through, round and round', async () => {
    await openFiles(['a', 'b', 'c'].map((name) => new File([name], name)));
    await stepPicture(-1);
    expect(source.value?.label).toBe('c');
    await stepPicture(1);
    expect(source.value?.label).toBe('a');
    expect(fake.made.map((made) => made.disposals)).toEqual([1, 1, 0]);
  });

  it('that cannot be read leave what was there', async () => {
    await startCamera();
    fake.refuse = new AppError('picture-unsupported', 'heic');
    await openFiles([new File(['x'], 'x.heic')]);
    expect(failure.value?.code).toBe('picture-unsupported');
    expect(source.value?.kind).toBe('camera');
  });
});

describe('what comes by itself', () => {
  it('gives way to a picture that the person is opening', async () => {
    gallery.value = { pictures: [], clips: [{ file: 'a.webm', title: 'A clip' }] };
    const opening = openFiles([new File(['x'], 'mine.png')]);
    expect(await playClip('a.webm', false)).toBe(true);
    await opening;
    expect(source.value?.label).toBe('mine.png');
    expect(await playClip('a.webm', true)).toBe(true);
    expect(source.value?.kind).toBe('clip');
  });
});
