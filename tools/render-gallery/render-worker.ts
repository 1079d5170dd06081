import { parentPort } from 'node:worker_threads';
import type { RenderJob } from './render-pool';
import { buildClipScene } from './clip';
import { findPicture } from './pictures';
import { shadeRows } from './soft-shading';
import { traceRows } from './tracer';

parentPort?.on('message', (job: RenderJob) => {
  const rows = job.kind === 'picture'
    ? traceRows(findPicture(job.name).build(), job.sizePx, job.firstRow, job.lastRow, job.samples, job.seed)
    : shadeRows(buildClipScene(job.phase), job.sizePx, job.firstRow, job.lastRow, job.samples);
  parentPort?.postMessage(rows, [rows.buffer as ArrayBuffer]);
});
