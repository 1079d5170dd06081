/**
 * Calls back once, with the next frame that the element presents.
 *
 * @returns what cancels it
 */
export function requestVideoFrame(element: HTMLVideoElement, callback: () => void): () => void {
  if (typeof element.requestVideoFrameCallback === 'function') {
    const handle = element.requestVideoFrameCallback(() => callback());
    return () => element.cancelVideoFrameCallback(handle);
  }
  const handle = requestAnimationFrame(() => callback());
  return () => cancelAnimationFrame(handle);
}

/** Whether `new VideoFrame(video)` works here; null until it was tried. Known only by trying: some browsers have the class and refuse videos. */
let videoFrameWorks: boolean | null = null;

/**
 * A copy of the frame that the element shows: a VideoFrame where that works (no pixels are copied), else an ImageBitmap.
 *
 * @returns owned by the caller; null while the element has no frame yet
 */
export async function takeVideoFrame(element: HTMLVideoElement): Promise<VideoFrame | ImageBitmap | null> {
  if (element.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || element.videoWidth === 0) return null;
  if (videoFrameWorks !== false && typeof VideoFrame === 'function') {
    try {
      const frame = new VideoFrame(element, { timestamp: Math.round(performance.now() * 1000) });
      if (!isSameOrientation(frame, element)) {
        // The frame is the sensor's picture, the element the person's: the crop square would be another one.
        frame.close();
        videoFrameWorks = false;
      } else {
        videoFrameWorks = true;
        return frame;
      }
    } catch (thrown) {
      // A frame that worked before and fails now is a passing state of the element (a seek, a lost track), not a missing ability.
      if (videoFrameWorks === true && !(thrown instanceof TypeError)) return null;
      videoFrameWorks = false;
    }
  }
  return createImageBitmap(element);
}

/** Whether a frame has the shape that the page shows; a sensor's frame may be turned. */
function isSameOrientation(frame: VideoFrame, element: HTMLVideoElement): boolean {
  return (frame.displayWidth >= frame.displayHeight) === (element.videoWidth >= element.videoHeight);
}

/**
 * Plays the element and waits for its first frame. Both at once: some browsers load no frame before they are told to play.
 *
 * @throws whatever the element cannot play for
 */
export async function startVideo(element: HTMLVideoElement): Promise<void> {
  const played = element.play().catch((thrown: unknown) => {
    // A play() that a newer load interrupts rejects although the newer one plays; the first frame is what counts.
    if (element.paused) throw thrown;
  });
  await Promise.all([waitForFirstFrame(element), played]);
}

/** Waits until the element knows its size and has a frame. Rejects when it cannot play. */
function waitForFirstFrame(element: HTMLVideoElement): Promise<void> {
  if (element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const { signal } = controller;
    element.addEventListener('loadeddata', () => { controller.abort(); resolve(); }, { signal });
    element.addEventListener('error', () => { controller.abort(); reject(element.error ?? new Error('the video cannot be played')); }, { signal });
  });
}

/** The attributes without which iOS shows a black rectangle or takes the whole screen. */
export function prepareVideo(element: HTMLVideoElement): void {
  element.muted = true;
  element.playsInline = true;
  element.setAttribute('muted', '');
  element.setAttribute('playsinline', '');
}
