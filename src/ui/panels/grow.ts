/** Where on the page the person tapped to open something; the opened thing grows out of it. */
let tappedAt: { readonly x: number; readonly y: number } | null = null;

const growMs = 180;

export function rememberTap(element: Element): void {
  const box = element.getBoundingClientRect();
  tappedAt = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

/** Lets an element grow out of the last tap; once, and not for people who want no motion. */
export function growFromTap(element: HTMLElement): void {
  const from = tappedAt;
  tappedAt = null;
  if (from === null || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const box = element.getBoundingClientRect();
  element.style.transformOrigin = `${from.x - box.left}px ${from.y - box.top}px`;
  element.animate([{ transform: 'scale(0.3)', opacity: 0.2 }, { transform: 'none', opacity: 1 }], { duration: growMs, easing: 'ease-out' });
}
