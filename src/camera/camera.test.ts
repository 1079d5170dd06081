import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../contract/errors';
import { guessFacing, openCamera } from './camera';
import { classifyCameraError } from './camera-errors';
import { centredSquare } from './frame-source';

describe('classifyCameraError', () => {
  it.each([
    ['NotAllowedError', 'camera-denied'], ['NotFoundError', 'camera-missing'], ['OverconstrainedError', 'camera-missing'],
    ['NotReadableError', 'camera-busy'], ['AbortError', 'camera-busy'], ['SecurityError', 'camera-insecure'], ['TypeError', 'camera-failed'],
  ])('%s is %s', (name, code) => {
    expect(classifyCameraError(new DOMException('because', name))).toMatchObject({ code });
  });

  it('takes any thrown thing, and leaves an AppError as it is', () => {
    expect(classifyCameraError('odd').code).toBe('camera-failed');
    const own = new AppError('camera-ended', 'gone');
    expect(classifyCameraError(own)).toBe(own);
  });
});

describe('openCamera', () => {
  afterEach(() => { vi.unstubAllGlobals(); });

  function createTrack(capabilities: object, settings: object) {
    const track = new EventTarget() as EventTarget & Record<string, unknown>;
    Object.assign(track, { label: 'Rear camera', getSettings: () => settings, getCapabilities: () => capabilities, stop: vi.fn(), applyConstraints: vi.fn(async () => undefined) });
    return track;
  }
  function stubMedia(getUserMedia: (constraints: MediaStreamConstraints) => Promise<unknown>) {
    const spy = vi.fn(getUserMedia);
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: spy, enumerateDevices: async () => [{ kind: 'videoinput', deviceId: 'rear', label: 'Rear camera' }, { kind: 'audioinput', deviceId: 'm', label: 'x' }] } });
    return spy;
  }
  const streamOf = (track: object) => ({ getVideoTracks: () => [track], getTracks: () => [track] });

  it('says insecure where there are no media devices', async () => {
    vi.stubGlobal('navigator', {});
    await expect(openCamera()).rejects.toMatchObject({ code: 'camera-insecure' });
  });

  it('prefers the rear camera and demands nothing', async () => {
    const track = createTrack({}, { deviceId: 'rear' });
    const spy = stubMedia(async () => streamOf(track));
    const camera = await openCamera();
    expect(spy).toHaveBeenCalledWith(expect.objectContaining({ audio: false, video: expect.objectContaining({ facingMode: { ideal: 'environment' } }) }));
    expect(camera.device).toEqual({ deviceId: 'rear', label: 'Rear camera', facing: 'environment' });
    expect(camera.abilities).toEqual({ torch: false, zoom: null });
  });

  it('falls back to any camera when the remembered one is gone', async () => {
    const track = createTrack({}, {});
    const spy = stubMedia(async ({ video }) => {
      if (typeof video === 'object' && video.deviceId !== undefined) throw new DOMException('', 'OverconstrainedError');
      return streamOf(track);
    });
    await openCamera({ deviceId: 'unplugged' });
    expect(spy).toHaveBeenCalledTimes(2);
  });

  it('does not ask twice when the person said no', async () => {
    const spy = stubMedia(async () => { throw new DOMException('', 'NotAllowedError'); });
    await expect(openCamera({ deviceId: 'rear' })).rejects.toMatchObject({ code: 'camera-denied' });
    expect(spy).toHaveBeenCalledTimes(1);
  });

  it('offers torch and zoom where the track has them, and sets them', async () => {
    const track = createTrack({ torch: true, zoom: { min: 1, max: 4, step: 0.5 } }, { zoom: 2 });
    stubMedia(async () => streamOf(track));
    const camera = await openCamera();
    expect(camera.abilities).toEqual({ torch: true, zoom: { min: 1, max: 4, step: 0.5, value: 2 } });
    await camera.setTorch(true);
    expect(track['applyConstraints']).toHaveBeenCalledWith({ advanced: [{ torch: true }] });
  });

  it('tells when the track ends by itself, not when it was closed', async () => {
    const track = createTrack({}, {});
    stubMedia(async () => streamOf(track));
    const camera = await openCamera();
    const ended = vi.fn();
    const muted = vi.fn();
    camera.onEnded(ended);
    camera.onMutedChange(muted);
    track.dispatchEvent(new Event('mute'));
    track.dispatchEvent(new Event('ended'));
    expect(ended).toHaveBeenCalledTimes(1);
    expect(muted).toHaveBeenCalledWith(true);
    camera.close();
    camera.close();
    track.dispatchEvent(new Event('ended'));
    expect(ended).toHaveBeenCalledTimes(1);
    expect(track['stop']).toHaveBeenCalledTimes(1);
  });
});

describe('guessFacing', () => {
  it.each([['camera2 0, facing back', 'environment'], ['Rückkamera', 'environment'], ['camera2 1, facing front', 'user'], ['FaceTime HD Camera', 'user'], ['USB 2.0 Webcam', 'unknown']])('%s: %s', (label, facing) => {
    expect(guessFacing(label)).toBe(facing);
  });
});

describe('centredSquare', () => {
  it('is the largest square in the middle', () => {
    expect(centredSquare(640, 480)).toEqual({ x: 80, y: 0, sizePx: 480 });
    expect(centredSquare(481, 640)).toEqual({ x: 0, y: 79, sizePx: 481 });
  });
});
