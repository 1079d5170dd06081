import { reshape, tidy, type Tensor, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { AppError } from '../contract/errors';

/** `[n, h, w, c]` as `[n, h * w, c]`. Owned by the caller. @throws AppError 'explain-unsupported' for a vector */
export function toRows(map: Tensor): Tensor3D {
  const [n = 1, h = 1, w = 1, c = 1] = map.shape;
  if (map.rank !== 4) throw new AppError('explain-unsupported', 'the layer has no place in the picture');
  return reshape(map, [n, h * w, c]);
}

/** `[1, h, w]` as `[h, w]`. @throws AppError 'internal' for more than one picture */
export function squeezeBatch(make: () => Tensor3D): Tensor2D {
  return tidy(() => {
    const map = make();
    const [n, h, w] = map.shape;
    if (n !== 1) throw new AppError('internal', `one picture expected, not ${n}`);
    return reshape(map, [h, w]);
  });
}
