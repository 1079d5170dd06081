import { changeSpec } from '../choices';
import type { NextStep } from '../error-texts';
import { clearFailure } from '../failure';
import { getRuntime } from '../runtime';
import { chooseFirstNetwork } from './choose-network';
import { reapply } from './reapply';
import { startCamera, switchCamera } from './start-camera';

/** What a button of the failure banner does; `use-picture` is the window's (it opens the file dialog or the gallery). */
export function takeStep(step: Exclude<NextStep, 'use-picture'>): void {
  clearFailure();
  switch (step) {
    case 'retry': reapply(); break;
    case 'start-camera': void startCamera(); break;
    case 'choose-camera': void switchCamera(); break;
    case 'first-network': chooseFirstNetwork(); reapply(); break;
    case 'use-wasm': changeSpec({ backend: 'wasm' }); reapply(); break;
    case 'reload': getRuntime().page.reload(); break;
    case 'dismiss': break;
  }
}
