import { describe, expect, it } from 'vitest';
import { showNetworkForTest } from './inspection.fixture';
import { describeInputNeed, inputNeed } from './input-need';
import { source } from './source-state';
import { fakeSource } from './testing.fixture';

describe('what a network needs instead of what is open', () => {
  it('is told from what the network gets, wherever that came from', () => {
    const array = (channels: number) => Object.assign(fakeSource('picture'), { arrayShape: [2, 2, channels] as const });
    showNetworkForTest('n', 5);
    source.value = null;
    expect(inputNeed.value).toContain('.npy');
    source.value = fakeSource('camera');
    expect(inputNeed.value).toContain('a picture has 3');
    // Of a saved inspection, for example, which is not in the strip of pictures.
    source.value = array(5);
    expect(inputNeed.value).toBeNull();
    source.value = array(4);
    expect(inputNeed.value).toContain('the open array has 4');
    showNetworkForTest('n', 3);
    source.value = fakeSource('still');
    expect(inputNeed.value).toBeNull();
  });

  it('knows what fits', () => {
    expect(describeInputNeed(3, 'picture')).toBeNull();
    expect(describeInputNeed(1, 3)).toBeNull();
    expect(describeInputNeed(5, 5)).toBeNull();
    expect(describeInputNeed(5, 'picture')).toContain('5 channels');
    expect(describeInputNeed(5, null)).toContain('.npy');
    expect(describeInputNeed(3, 5)).toContain('the open array has 5');
  });
});
