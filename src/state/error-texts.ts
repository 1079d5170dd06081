import type { ErrorCode } from '../contract/errors';

/** What a person can do next; each is a button of the banner. */
export type NextStep = 'retry' | 'start-camera' | 'choose-camera' | 'use-picture' | 'first-network' | 'use-wasm' | 'reload' | 'dismiss';

export interface ErrorText {
  /** What happened and what to do, in one or two sentences. */
  readonly sentence: string;
  /** The main next step first. Empty: never shown. */
  readonly steps: readonly NextStep[];
}

/** The one place where a code becomes words. */
export const errorTexts: Readonly<Record<ErrorCode, ErrorText>> = {
  'camera-denied': {
    sentence: 'The browser does not let this page use the camera. Allow it in the site settings beside the address, then try again, or look at a picture.',
    steps: ['start-camera', 'use-picture'],
  },
  'camera-missing': {
    sentence: 'No camera was found. Plug one in and try again, or look at a picture.',
    steps: ['start-camera', 'use-picture'],
  },
  'camera-busy': {
    sentence: 'Another program is using the camera. Close it there and try again, or look at a picture.',
    steps: ['start-camera', 'choose-camera', 'use-picture'],
  },
  'camera-ended': {
    sentence: 'The camera stopped sending pictures: it was unplugged, or taken by another program. Start it again or use another one.',
    steps: ['start-camera', 'choose-camera', 'use-picture'],
  },
  'camera-insecure': {
    sentence: 'Browsers give the camera only to secure pages. Open this page with https or on localhost, or look at a picture.',
    steps: ['use-picture'],
  },
  'camera-failed': {
    sentence: 'The camera did not start. Try again, use another camera, or look at a picture.',
    steps: ['start-camera', 'choose-camera', 'use-picture'],
  },
  'picture-unreadable': {
    sentence: 'This file could not be read as a picture; it may be damaged. Try another one.',
    steps: ['use-picture', 'dismiss'],
  },
  'picture-unsupported': {
    sentence: 'This browser cannot show this kind of picture (HEIC, for example). Save it as JPEG or PNG and open it again.',
    steps: ['use-picture', 'dismiss'],
  },
  'network-missing': {
    sentence: 'The files of this network were not found where they should be. Try again, or go back to the first network.',
    steps: ['retry', 'first-network'],
  },
  'network-altered': {
    sentence: 'The files of this network are not the ones its card describes, so they are not used. Load the page again to fetch them fresh.',
    steps: ['reload', 'first-network'],
  },
  'network-offline': {
    sentence: 'This network is not on the device yet and there is no connection to fetch it. Connect once and try again.',
    steps: ['retry', 'first-network'],
  },
  'input-unsupported': {
    sentence: 'This network does not take one picture as its input, so it cannot be shown yet. The details name what it wants.',
    steps: ['dismiss'],
  },
  'labels-mismatch': {
    sentence: 'The list of labels does not have one label for each answer of the network. Choose another list.',
    steps: ['dismiss'],
  },
  'import-timeout': {
    sentence: 'Reading this file took too long, so it was stopped. Nothing else was changed. The file may be damaged or very large.',
    steps: ['dismiss'],
  },
  'storage-full': {
    sentence: 'There is not enough room on this device to keep the network. Delete one you no longer need and try again.',
    steps: ['dismiss'],
  },
  'storage-unavailable': {
    sentence: 'This browser does not let the page keep files (a private window, for example). Open the page in an ordinary window.',
    steps: ['dismiss'],
  },
  'address-blocked': {
    sentence: 'The file at this address could not be fetched: there is no connection, or its server does not let other pages read it. Download it and open the file instead.',
    steps: ['retry', 'dismiss'],
  },
  'format-unknown': {
    sentence: 'This file is in no format that Innerview reads. Try a network in one of the formats it knows.',
    steps: ['first-network', 'dismiss'],
  },
  'format-malformed': {
    sentence: 'The file of this network is damaged or cut short. Get it again, or go back to the first network.',
    steps: ['first-network', 'dismiss'],
  },
  'format-too-large': {
    sentence: 'This network is too large for this device. Use a smaller one.',
    steps: ['first-network', 'dismiss'],
  },
  'op-unsupported': {
    sentence: 'This network uses an operation that Innerview cannot compute yet. Use another network.',
    steps: ['first-network', 'dismiss'],
  },
  'graph-unsupported': {
    sentence: 'This network is wired in a way that Innerview cannot follow: it needs one picture in and one answer out. Use another network.',
    steps: ['first-network', 'dismiss'],
  },
  'input-mismatch': {
    sentence: 'The picture and the network do not fit together. Use another network or another picture.',
    steps: ['first-network', 'use-picture'],
  },
  'layer-unknown': {
    sentence: 'This network has no layer of that name. Choose one from the list of layers.',
    steps: ['dismiss'],
  },
  'explain-unsupported': {
    sentence: 'This explanation is not defined for this network. Choose another one.',
    steps: ['dismiss'],
  },
  'backend-unavailable': {
    sentence: 'This browser offers neither WebGPU nor WebAssembly that can run a network. Update it, or open the page in a current browser.',
    steps: ['use-wasm', 'reload'],
  },
  'device-lost': {
    sentence: 'The graphics processor was taken away and did not come back. Try again; your choices are kept.',
    steps: ['retry', 'use-wasm'],
  },
  'out-of-memory': {
    sentence: 'The device ran out of memory. Close other tabs and try again, or go back to the first network.',
    steps: ['retry', 'first-network'],
  },
  'worker-crashed': {
    sentence: 'The computation stopped unexpectedly. Try again; your choices are kept.',
    steps: ['retry', 'reload'],
  },
  'worker-hung': {
    sentence: 'The computation did not answer any more. Try again; your choices are kept.',
    steps: ['retry', 'reload'],
  },
  'superseded': { sentence: 'A newer choice took the place of this one.', steps: [] },
  'cancelled': { sentence: 'You stopped this.', steps: [] },
  'internal': {
    sentence: 'Something went wrong inside Innerview. Try again; if it happens twice, load the page again.',
    steps: ['retry', 'reload'],
  },
};

/** What the banner says while the app mends itself. */
export const recoveringSentence = 'The computation was interrupted. Starting it again with your choices kept.';

/** `superseded` and `cancelled` are how things should go, not failures. */
export function isShown(code: ErrorCode): boolean {
  return errorTexts[code].steps.length > 0;
}
