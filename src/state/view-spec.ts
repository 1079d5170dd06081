/** What the person chose about the window alone; the worker never hears of it. Plain JSON. */
export interface ViewSpec {
  /** Strength of the map over the picture, 0..1. */
  readonly overlayOpacity: number;
  /** `auto`: front cameras are mirrored, everything else is not. */
  readonly mirror: MirrorChoice;
  readonly theme: Theme;
  /** Presenter mode: larger type, fewer controls. */
  readonly bigType: boolean;
  /** True: feature maps are interpolated; false: their pixels are drawn crisp. */
  readonly smoothMaps: boolean;
  /** True: the pixels of the map over the picture are drawn crisp; false: interpolated. */
  readonly crispOverlay: boolean;
  /** A built-in picture or clip, by its file name; null: whatever the page starts with, the camera, the person's own pictures. */
  readonly picture: string | null;
  /** `network`: the page that draws the architecture; the live view goes on beside it. */
  readonly page: Page;
}

export const pages = ['live', 'network'] as const;
export type Page = (typeof pages)[number];

export const mirrorChoices = ['auto', 'on', 'off'] as const;
export type MirrorChoice = (typeof mirrorChoices)[number];

export const themes = ['dark', 'light', 'system'] as const;
export type Theme = (typeof themes)[number];

export const defaultView: ViewSpec = {
  overlayOpacity: 0.6, mirror: 'auto', theme: 'dark', bigType: false, smoothMaps: false, crispOverlay: false, picture: null, page: 'live',
};
