import { centredSquare, createChangeListeners } from './frame-source';
import type { FrameSource } from './frame-source';
import { requestVideoFrame, takeVideoFrame } from './video-frames';

export interface VideoSourceOptions {
  readonly kind: 'camera' | 'clip';
  readonly label: string;
  readonly mirror: boolean;
  /** Undoes what the maker did to the element. */
  readonly release: () => void;
}

/**
 * The frames of a playing `<video>`; what camera and clip share.
 *
 * @param element  in the DOM, muted, playsinline · borrowed
 */
export function createVideoSource(element: HTMLVideoElement, options: VideoSourceOptions): FrameSource {
  const listeners = createChangeListeners();
  let mirror = options.mirror;
  let disposed = false;
  // Also fired when a phone is turned: width and height change places.
  element.addEventListener('resize', listeners.notify);
  return {
    kind: options.kind,
    label: options.label,
    display: { kind: 'video', element },
    get widthPx() { return element.videoWidth; },
    get heightPx() { return element.videoHeight; },
    get crop() { return centredSquare(element.videoWidth, element.videoHeight); },
    get mirror() { return mirror; },
    set mirror(next) {
      if (next === mirror) return;
      mirror = next;
      listeners.notify();
    },
    still: false,
    requestFrame: (callback) => requestVideoFrame(element, callback),
    takeFrame: async () => (disposed ? null : takeVideoFrame(element)),
    onChange: listeners.add,
    dispose: () => {
      if (disposed) return;
      disposed = true;
      element.removeEventListener('resize', listeners.notify);
      listeners.clear();
      options.release();
    },
  };
}
