import { useLayoutEffect, useRef } from 'preact/hooks';
import type { CSSProperties } from 'preact';
import type { PictureFit } from '../../state/picture-fit';
import { inspecting } from '../../state/inspection';
import { source } from '../../state/source-state';
import { videoHost } from './video-host';

interface PictureViewProps {
  readonly fit: PictureFit | null;
  readonly mirror: boolean;
}

/** The picture itself: the playing video, or the still one drawn once. */
export function PictureView({ fit, mirror }: PictureViewProps) {
  const shown = source.value;
  const style: CSSProperties = fit === null ? { inset: 0, opacity: 0 } : {
    left: fit.picture.left, top: fit.picture.top, width: fit.picture.width, height: fit.picture.height,
    transform: mirror ? 'scaleX(-1)' : 'none',
  };
  const holder = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => { holder.current?.append(videoHost); }, []);
  useLayoutEffect(() => {
    const element = shown?.display.kind === 'video' ? shown.display.element : null;
    for (const child of videoHost.children) child.classList.toggle('waiting', child !== element);
  }, [shown]);
  const bitmap = shown?.display.kind === 'picture' ? shown.display.bitmap : null;
  return (
    <div class="stage-picture" style={style}>
      <div ref={holder} class="video-holder" />
      {bitmap !== null && <StillPicture bitmap={bitmap} label={shown?.label ?? ''} />}
    </div>
  );
}

function StillPicture({ bitmap, label }: { readonly bitmap: ImageBitmap; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // The inspection covers it; there a picture may change with each stroke.
  const covered = inspecting.value;
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null || bitmap.width === 0 || covered) return;
    element.width = bitmap.width;
    element.height = bitmap.height;
    element.getContext('2d')?.drawImage(bitmap, 0, 0);
  }, [bitmap, covered]);
  return <canvas ref={canvas} class="stage-still" role="img" aria-label={label === '' ? 'Picture' : `Picture: ${label}`} />;
}
