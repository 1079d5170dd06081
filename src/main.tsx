import { render } from 'preact';
import { createArraySource } from './camera/array-source';
import * as cameraLayer from './camera/camera';
import { createCameraSource } from './camera/camera-source';
import { createClipSource } from './camera/clip-source';
import { createPaintedSource, createStillFromPicture, encodeStill } from './camera/painted-source';
import { createPictureSource } from './camera/picture-source';
import { freezeSource } from './camera/still-source';
import { startImporter } from './client/importer';
import { createSide } from './client/side';
import { startSupervisor } from './client/supervisor';
import { startPwa } from './pwa/start-pwa';
import { pwaListeners } from './state/pwa';
import { startApp } from './state/start-app';
import { App } from './ui/app';
import { browserPage } from './ui/page/browser-page';
import { withVideo } from './ui/stage/video-host';

const side = createSide();
startApp({
  supervisor: startSupervisor({ baseUrl: browserPage.baseUrl, debug: browserPage.debug }),
  importer: startImporter({ baseUrl: browserPage.baseUrl }),
  page: browserPage,
  sources: {
    ...cameraLayer,
    cameraSource: (camera) => withVideo((element) => createCameraSource(camera, element)),
    clipSource: (address, label) => withVideo((element) => createClipSource(address, label, element)),
    pictureSource: createPictureSource,
    arraySource: createArraySource,
    stillSource: freezeSource,
    paintedSource: (original, strokes) => createPaintedSource(original, strokes, side.paint),
    encodeStill,
    keptStill: createStillFromPicture,
  },
});
render(<App />, document.getElementById('app') ?? document.body);
startPwa(browserPage.baseUrl, pwaListeners);
