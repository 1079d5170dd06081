import { describe, expect, it } from 'vitest';
import { AppError } from '../contract/errors';
import type { Painting } from '../contract/strokes';
import { answerLimitMs, createSide, idleLimitMs } from './side';
import { createFakeClock } from './testing.fixture';

const painting = { strokes: [] } as unknown as Painting;
const bitmap = {} as ImageBitmap;

function setUp() {
  const clock = createFakeClock();
  const workers: { ended: AppError | null; crash: (error: AppError) => void; answer: (result: ImageBitmap) => void }[] = [];
  const side = createSide({
    clock,
    open: (onCrash) => {
      let rejectAll: (error: AppError) => void = () => undefined;
      const worker: (typeof workers)[number] = { ended: null, crash: onCrash, answer: () => undefined };
      workers.push(worker);
      return {
        api: { paint: () => new Promise((resolve, reject) => { worker.answer = resolve; rejectAll = reject; }) },
        terminate: (reason) => { worker.ended = reason; rejectAll(reason); },
      };
    },
  });
  return { clock, workers, side };
}

describe('the side worker', () => {
  it('is made at the first call, used again, and ended when idle', async () => {
    const { clock, workers, side } = setUp();
    expect(workers).toHaveLength(0);
    for (let count = 0; count < 2; count += 1) {
      const painted = side.paint(painting);
      workers[0]?.answer(bitmap);
      expect(await painted).toBe(bitmap);
    }
    expect(workers).toHaveLength(1);
    await clock.advance(idleLimitMs);
    expect(workers[0]?.ended?.code).toBe('cancelled');
    expect(clock.timers).toBe(0);
    void side.paint(painting);
    expect(workers).toHaveLength(2);
  });

  it('is not ended while it works, and given up when it does not answer', async () => {
    const { clock, workers, side } = setUp();
    const first = side.paint(painting);
    workers[0]?.answer(bitmap);
    await first;
    const second = side.paint(painting).catch((error: AppError) => error.code);
    await clock.advance(answerLimitMs);
    expect(await second).toBe('worker-crashed');
    const third = side.paint(painting);
    workers[1]?.answer(bitmap);
    expect(await third).toBe(bitmap);
  });

  it('is replaced after a crash', async () => {
    const { workers, side } = setUp();
    const first = side.paint(painting).catch((error: AppError) => error.code);
    workers[0]?.crash(new AppError('worker-crashed', 'gone', true));
    expect(await first).toBe('worker-crashed');
    const second = side.paint(painting);
    workers[1]?.answer(bitmap);
    expect(await second).toBe(bitmap);
  });
});
