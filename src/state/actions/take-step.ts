import { changeSpec } from '../choices';
import type { NextStep, WindowStep } from '../error-texts';
import { clearFailure } from '../failure';
import { getRuntime } from '../runtime';
import { chooseFirstNetwork } from './choose-network';
import { reapply } from './reapply';
import { startCamera, switchCamera } from './start-camera';

/** What a button of the failure banner does; steps that open a dialog are the window's. */
export function takeStep(step: Exclude<NextStep, WindowStep>): void {
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
