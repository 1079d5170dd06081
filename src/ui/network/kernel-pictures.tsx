import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { kernelHints } from '../../lessons/network-texts';
import { findRailLayer, openLayerLive } from '../../state/actions/show-network-page';
import { openChannel } from '../../state/actions/open-channel';
import { description, firstKernels } from '../../state/network-page';
import { pictureKernels, type KernelPictures } from '../../state/network-page-kernels';
import { network } from '../../state/worker-state';

const mostKernels = 256;
const mostParts = 8;

/** What the first layer looks for, drawn: its weights are patterns of the picture itself. */
export function KernelPicturesView() {
  const [shared, setShared] = useState(false);
  const found = firstKernels.value;
  const node = description.value?.nodes.find(({ id }) => id === found?.layer);
  const bgr = network.value?.card.input.channelOrder === 'bgr';
  const pictures = useMemo(() => (found === null || node === undefined ? null : pictureKernels(found.report, node.op === 'depthwise-conv2d', bgr)), [found, node, bgr]);
  if (pictures === null || node === undefined) {
    return <p class="muted network-wait">{description.value !== null && description.value.firstConvolution === null ? 'No convolution of this network reads the picture itself, so there are no kernels that could be looked at as pictures.' : 'The kernels are being read.'}</p>;
  }
  const rail = findRailLayer({ kind: 'layer', id: node.id, node });
  const { height, width, kernels, parts, colour } = pictures;
  return (
    <div class="kernels">
      <p>{kernels} patterns of {width} × {height} pixels, the first thing this network compares every place of the picture with (layer {node.id}).
        {colour ? ' Mid grey is zero: that colour does not matter there.' : ` Light is positive, dark is negative, mid grey is zero${parts > 1 ? `; one picture for each of the ${parts} channels it reads` : ''}.`}</p>
      <label class="field kernel-scale"><span>Scale</span>
        <select class="select" aria-label="Scale of the kernels" value={shared ? 'shared' : 'own'} onChange={(event) => setShared(event.currentTarget.value === 'shared')}>
          <option value="own">Each kernel its own</option><option value="shared">One for all: weak ones look weak</option>
        </select>
      </label>
      <ul class="kernel-list" aria-label="Kernels of the first convolution">
        {Array.from({ length: Math.min(kernels, mostKernels) }, (_, kernel) => (
          <li key={kernel}>
            <button type="button" disabled={rail === null} aria-label={`Kernel ${kernel}${rail === null ? '' : ', see its channel live'}`}
              onClick={() => { if (rail !== null) { openLayerLive(rail); openChannel(kernel); } }}>
              {Array.from({ length: Math.min(parts, mostParts) }, (_, part) => <KernelPicture key={part} pictures={pictures} kernel={kernel} part={part} shared={shared} />)}
              <span class="numbers">{kernel}</span>
            </button>
          </li>
        ))}
      </ul>
      {kernels > mostKernels && <p class="small muted">The first {mostKernels} of {kernels}.</p>}
      {parts > mostParts && <p class="small muted">The first {mostParts} of {parts} input channels.</p>}
      <h3>What to look for</h3>
      <dl class="kernel-hints">{kernelHints.map(({ name, plain }) => <div key={name}><dt>{name}</dt><dd>{plain}</dd></div>)}</dl>
    </div>
  );
}

interface KernelPictureProps {
  readonly pictures: KernelPictures;
  readonly kernel: number;
  readonly part: number;
  readonly shared: boolean;
}

function KernelPicture({ pictures, kernel, part, shared }: KernelPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = pictures;
  useLayoutEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(new ImageData(pictures.draw(kernel, part, shared), width, height), 0, 0);
  }, [pictures, kernel, part, shared]);
  return <canvas ref={canvas} class="kernel-picture" width={width} height={height} aria-hidden="true" />;
}
