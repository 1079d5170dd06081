/**
 * Where `<video>` elements live: phones play them only inside the page, and moving one stops it,
 * so the stage adopts this element once and sources come and go within it.
 */
export const videoHost: HTMLElement = document.createElement('div');
videoHost.className = 'video-host';

/** A new element, already in the host. */
export function addVideo(): HTMLVideoElement {
  const element = document.createElement('video');
  element.muted = true;
  element.playsInline = true;
  element.setAttribute('playsinline', '');
  element.setAttribute('aria-hidden', 'true');
  element.tabIndex = -1;
  element.className = 'stage-video waiting';
  videoHost.append(element);
  return element;
}

/** Makes a source on a new video element, and takes the element away with it. */
export async function withVideo<T extends { dispose: () => void }>(make: (element: HTMLVideoElement) => Promise<T>): Promise<T> {
  const element = addVideo();
  try {
    const made = await make(element);
    const dispose = made.dispose.bind(made);
    return Object.assign(made, { dispose: () => { dispose(); element.remove(); } });
  } catch (thrown) {
    element.remove();
    throw thrown;
  }
}
