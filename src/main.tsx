import { render } from 'preact';
import { createCameraSource } from './camera/camera-source';
import { listCameras, onCameraListChange, openCamera, readRememberedCamera, rememberCamera } from './camera/camera';
import { createClipSource } from './camera/clip-source';
import { createPictureSource } from './camera/picture-source';
import { freezeSource } from './camera/still-source';
import { startSupervisor } from './client/supervisor';
import { startApp } from './state/start-app';
import { App } from './ui/app';
import { browserPage } from './ui/page/browser-page';
import { withVideo } from './ui/stage/video-host';

const debug = new URLSearchParams(browserPage.search).has('debug');

startApp({
  supervisor: startSupervisor({ baseUrl: browserPage.baseUrl, debug }),
  page: browserPage,
  sources: {
    openCamera, listCameras, onCameraListChange, readRememberedCamera, rememberCamera,
    cameraSource: (camera) => withVideo((element) => createCameraSource(camera, element)),
    clipSource: (address, label) => withVideo((element) => createClipSource(address, label, element)),
    pictureSource: createPictureSource,
    stillSource: freezeSource,
  },
});
render(<App />, document.getElementById('app') ?? document.body);
