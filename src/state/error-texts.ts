import type { ErrorCode } from '../contract/errors';

/** What a person can do next; each is a button of the banner. */
export type NextStep =
  | 'retry' | 'start-camera' | 'choose-camera' | 'use-picture' | 'open-network' | 'manage-networks' | 'first-network' | 'use-wasm' | 'reload' | 'dismiss';

/** Steps that open a dialog of the window; the state does all others. */
export type WindowStep = Extract<NextStep, 'use-picture' | 'open-network' | 'manage-networks'>;

export interface ErrorText {
  /** What happened and what to do, in one or two sentences. */
  readonly sentence: string;
  /** The main next step first. Empty: never shown. */
  readonly steps: readonly NextStep[];
  /** The detail is for everybody and stands below the sentence; otherwise it is one tap deeper. */
  readonly namesIt?: true;
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
  'array-not-finite': {
    sentence: 'Some values of this array are not numbers (NaN or infinite), so no network can answer. Replace them (numpy.nan_to_num does) and open it again.',
    steps: ['use-picture', 'dismiss'],
  },
  'network-missing': {
    sentence: 'The files of this network were not found, neither on this device nor where the networks of Innerview lie. Open its file here, try again, or use another network.',
    steps: ['open-network', 'first-network', 'retry'],
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
    sentence: 'This network does not take one picture or array as its input, so it cannot be shown yet. The details name what it wants.',
    steps: ['open-network', 'dismiss'],
  },
  'labels-mismatch': {
    sentence: 'This list does not have one label for each answer of the network. Choose another list; the details give both numbers.',
    steps: ['dismiss'],
  },
  'import-timeout': {
    sentence: 'Reading this file took too long, so it was stopped and nothing was changed. The file may be damaged or very large.',
    steps: ['open-network', 'retry'],
  },
  'storage-full': {
    sentence: 'There is not enough room on this device to keep the network. Delete one you no longer need and try again.',
    steps: ['manage-networks', 'retry'],
  },
  'storage-unavailable': {
    sentence: 'This browser does not let the page keep files (a private window, for example). Open the page in an ordinary window.',
    steps: ['dismiss'],
  },
  'address-blocked': {
    sentence: 'The file at this address could not be fetched: there is no connection, or its server does not let other pages read it. Download it and open the file instead.',
    steps: ['open-network', 'retry'],
  },
  'files-missing': {
    sentence: 'Some files of this network were not opened with it. Choose all of its files together, or the folder that they lie in.',
    steps: ['open-network'], namesIt: true,
  },
  'files-several': {
    sentence: 'There is more than one network here, and one is read at a time. Choose the files of one of them.',
    steps: ['open-network'], namesIt: true,
  },
  'labels-alone': {
    sentence: 'This looks like a list of labels without its network. Open both together, or open the list under “Change answers” of a network on this device.',
    steps: ['manage-networks', 'open-network'],
  },
  'format-foreign': {
    sentence: 'Innerview does not read this kind of file as it is. Save the network as ONNX, Keras, TensorFlow.js or TFLite first.',
    steps: ['open-network'], namesIt: true,
  },
  'format-unknown': {
    sentence: 'Innerview reads ONNX, Keras, TensorFlow.js and TFLite networks, and this file is none of them. Open another one.',
    steps: ['open-network', 'first-network'],
  },
  'format-malformed': {
    sentence: 'This file is damaged or cut short, so it was not used. Get it again, or open another one.',
    steps: ['open-network', 'first-network'],
  },
  'format-too-large': {
    sentence: 'This file is too large for this device. Use a smaller one.',
    steps: ['open-network', 'first-network'],
  },
  'op-unsupported': {
    sentence: 'This network has a kind of layer that Innerview cannot compute yet. The details name it, and what is supported.',
    steps: ['open-network', 'first-network'],
  },
  'graph-unsupported': {
    sentence: 'This network is wired in a way that Innerview cannot follow: it needs one picture in and one answer out. Open another network.',
    steps: ['open-network', 'first-network'],
  },
  'input-mismatch': {
    sentence: 'The picture and the network do not fit together. Use another network or another picture.',
    steps: ['use-picture', 'first-network'],
  },
  'layer-unknown': {
    sentence: 'This network has no layer of that name. Choose one from the list of layers.',
    steps: ['dismiss'],
  },
  'explain-unsupported': {
    sentence: 'This explanation is not defined for this network. Choose another one.',
    steps: ['dismiss'],
  },
  // Another file is chosen where this one was; what is on screen stays, whatever the person does.
  'inspection-unreadable': {
    sentence: 'This file is not a saved inspection, or it is damaged or cut short. Nothing was changed; choose another file.',
    steps: ['dismiss'],
  },
  'inspection-too-large': {
    sentence: 'This file is larger than any saved inspection, so it was not opened. Nothing was changed; choose another file.',
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
