// Value range of each channel of [h, w, c] values. `measure` gathers this frame's extremes with atomics,
// `settle` smooths them over time, makes the layer's range and empties the gathered ones for the next frame.

@group(0) @binding(0) var<storage, read> values : array<u32>;
// Three for each channel: inverted lowest, highest (both order-preserving integers, 0: none yet), 1 when something was not finite.
@group(0) @binding(1) var<storage, read_write> gathered : array<atomic<u32>>;
// For each channel, then for the layer: smoothed min and max, this frame's min and max. Last: x = 1 when something was not finite.
@group(0) @binding(2) var<storage, read_write> ranges : array<vec4f>;
@group(0) @binding(3) var<uniform> layer : Layer;

const threads = 256u;

var<workgroup> lows : array<u32, 256>;
var<workgroup> highs : array<u32, 256>;
var<workgroup> broken : array<u32, 256>;

fn toOrdered(bits : u32) -> u32 {
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn fromOrdered(ordered : u32) -> f32 {
  return bitcast<f32>(select(~ordered, ordered & 0x7fffffffu, (ordered & 0x80000000u) != 0u));
}

@compute @workgroup_size(256)
fn measure(@builtin(local_invocation_index) thread : u32, @builtin(workgroup_id) group : vec3u,
           @builtin(num_workgroups) groups : vec3u) {
  let firstChannel = group.y * threads;
  let blockChannels = min(threads, layer.channels - firstChannel);
  let lanes = threads / blockChannels;
  let channel = thread % blockChannels;
  let lane = thread / blockChannels;
  let pixels = layer.height * layer.width;
  var low = 0u;
  var high = 0u;
  var bad = 0u;
  if (lane < lanes) {
    for (var pixel = group.x * lanes + lane; pixel < pixels; pixel += groups.x * lanes) {
      let bits = values[layer.elementOffset + pixel * layer.channels + firstChannel + channel];
      if (isFiniteBits(bits)) {
        let ordered = toOrdered(bits);
        low = max(low, ~ordered);
        high = max(high, ordered);
      } else {
        bad = 1u;
      }
    }
  }
  lows[thread] = low;
  highs[thread] = high;
  broken[thread] = bad;
  workgroupBarrier();
  if (thread < blockChannels) {
    for (var other = thread + blockChannels; other < lanes * blockChannels; other += blockChannels) {
      low = max(low, lows[other]);
      high = max(high, highs[other]);
      bad = max(bad, broken[other]);
    }
    let at = 3u * (firstChannel + channel);
    atomicMax(&gathered[at], low);
    atomicMax(&gathered[at + 1u], high);
    atomicMax(&gathered[at + 2u], bad);
  }
}

fn smoothEnd(before : f32, now : f32, wider : bool) -> f32 {
  return before + (now - before) * select(releasePerFrame, attackPerFrame, wider);
}

fn smoothRange(before : vec4f, low : f32, high : f32) -> vec4f {
  if (layer.settle != 0u) {
    return vec4f(low, high, low, high);
  }
  return vec4f(smoothEnd(before.x, low, low < before.x), smoothEnd(before.y, high, high > before.y), low, high);
}

@compute @workgroup_size(256)
fn settle(@builtin(local_invocation_index) thread : u32) {
  var layerLow = 0u;
  var layerHigh = 0u;
  var bad = 0u;
  for (var channel = thread; channel < layer.channels; channel += threads) {
    let at = 3u * channel;
    var low = atomicExchange(&gathered[at], 0u);
    var high = atomicExchange(&gathered[at + 1u], 0u);
    bad = max(bad, atomicExchange(&gathered[at + 2u], 0u));
    if (high == 0u) {
      // No finite value at all counts as zero.
      high = toOrdered(0u);
      low = ~high;
    }
    ranges[channel] = smoothRange(ranges[channel], fromOrdered(~low), fromOrdered(high));
    layerLow = max(layerLow, low);
    layerHigh = max(layerHigh, high);
  }
  lows[thread] = layerLow;
  highs[thread] = layerHigh;
  broken[thread] = bad;
  workgroupBarrier();
  if (thread == 0u) {
    for (var other = 1u; other < threads; other++) {
      layerLow = max(layerLow, lows[other]);
      layerHigh = max(layerHigh, highs[other]);
      bad = max(bad, broken[other]);
    }
    ranges[layer.channels] = smoothRange(ranges[layer.channels], fromOrdered(~layerLow), fromOrdered(layerHigh));
    ranges[layer.channels + 1u] = vec4f(f32(bad), 0.0, 0.0, 0.0);
  }
}
