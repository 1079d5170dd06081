// Draws cells (one channel of one layer over one rectangle of a surface) straight from the layer's values.

@group(0) @binding(0) var<uniform> surfacePx : vec4f;   // width, height

@group(1) @binding(0) var<storage, read> values : array<u32>;
@group(1) @binding(1) var<storage, read> ranges : array<vec4f>;
@group(1) @binding(2) var<uniform> layer : Layer;
@group(1) @binding(3) var colours : texture_2d<f32>;

struct Cell {
  @builtin(position) position : vec4f,
  @location(0) @interpolate(flat, either) rectangle : vec4f,
  @location(1) @interpolate(flat, either) channel : u32,
  @location(2) @interpolate(flat, either) smoothly : u32,
  // Entry of the colour table = floor((value - x) * y + z).
  @location(3) @interpolate(flat, either) mapping : vec3f,
}

fn isConstant(low : f32, high : f32) -> bool {
  return !(high - low > constantTolerance * max(abs(low), abs(high)));
}

fn mappingOf(channel : u32) -> vec3f {
  let whole = layer.wholeRange != 0u;
  let range = ranges[select(channel, layer.channels, whole)];
  let flat = select(isConstant(range.z, range.w), isConstant(range.x, range.y), whole);
  var low = select(range.x, 0.0, range.x >= 0.0);
  var high = range.y;
  var flatEntry = 0.0;
  if (layer.isSigned != 0u) {
    high = max(abs(range.x), abs(range.y));
    low = -high;
    flatEntry = f32(divergingZeroIndex);
  }
  if (flat || !(high > low)) {
    return vec3f(0.0, 0.0, flatEntry + 0.5);
  }
  return vec3f(low, 255.0 / (high - low), 0.5);
}

@vertex
fn placeCell(@builtin(vertex_index) corner : u32, @location(0) rectangle : vec4f, @location(1) channelAndSmooth : vec2u) -> Cell {
  let across = vec2f(f32(corner & 1u), f32(corner >> 1u));
  let place = (rectangle.xy + across * rectangle.zw) / surfacePx.xy;
  var cell : Cell;
  cell.position = vec4f(place.x * 2.0 - 1.0, 1.0 - place.y * 2.0, 0.0, 1.0);
  cell.rectangle = rectangle;
  cell.channel = channelAndSmooth.x;
  cell.smoothly = channelAndSmooth.y;
  cell.mapping = mappingOf(channelAndSmooth.x);
  return cell;
}

struct Reading {
  value : f32,
  finite : bool,
}

fn bitsAt(x : u32, y : u32, channel : u32) -> u32 {
  return values[layer.elementOffset + (y * layer.width + x) * layer.channels + channel];
}

fn readCell(cell : Cell, channel : u32) -> Reading {
  let size = vec2f(f32(layer.width), f32(layer.height));
  let last = vec2u(layer.width - 1u, layer.height - 1u);
  let place = (cell.position.xy - cell.rectangle.xy) / cell.rectangle.zw * size;
  if (cell.smoothly == 0u) {
    let at = min(vec2u(max(place, vec2f(0.0))), last);
    let bits = bitsAt(at.x, at.y, channel);
    return Reading(bitcast<f32>(bits), isFiniteBits(bits));
  }
  let centred = clamp(place - 0.5, vec2f(0.0), vec2f(last));
  let near = vec2u(centred);
  let far = min(near + 1u, last);
  let share = centred - vec2f(near);
  let a = bitsAt(near.x, near.y, channel);
  let b = bitsAt(far.x, near.y, channel);
  let c = bitsAt(near.x, far.y, channel);
  let d = bitsAt(far.x, far.y, channel);
  let upper = mix(bitcast<f32>(a), bitcast<f32>(b), share.x);
  let lower = mix(bitcast<f32>(c), bitcast<f32>(d), share.x);
  return Reading(mix(upper, lower, share.y), isFiniteBits(a) && isFiniteBits(b) && isFiniteBits(c) && isFiniteBits(d));
}

fn colourOf(entry : f32, row : u32) -> vec3f {
  return textureLoad(colours, vec2u(u32(clamp(entry, 0.0, 255.0)), row), 0).rgb;
}

@fragment
fn paintLayer(cell : Cell) -> @location(0) vec4f {
  let reading = readCell(cell, cell.channel);
  if (!reading.finite) {
    return vec4f(colourOf(0.0, notANumberRow), 1.0);
  }
  return vec4f(colourOf(floor((reading.value - cell.mapping.x) * cell.mapping.y + cell.mapping.z), layer.colourRow), 1.0);
}

@fragment
fn paintExplanation(cell : Cell) -> @location(0) vec4f {
  let highest = ranges[layer.channels].w;
  if (ranges[layer.channels + 1u].x != 0.0 || !(highest > 0.0)) {
    return vec4f(0.0);
  }
  let entry = clamp(floor(readCell(cell, 0u).value * (255.0 / highest) + 0.5), 0.0, 255.0);
  let alpha = entry / 255.0;
  return vec4f(colourOf(entry, layer.colourRow) * alpha, alpha);
}

@fragment
fn paintInput(cell : Cell) -> @location(0) vec4f {
  let grey = layer.channels == 1u;
  var pixel = vec3f(0.0);
  for (var channel = 0u; channel < 3u; channel++) {
    let source = select(channel, 0u, grey);
    let reading = readCell(cell, source);
    pixel[channel] = select(0.0, reading.value * layer.deviation[source] + layer.mean[source], reading.finite);
  }
  return vec4f(clamp(pixel / 255.0, vec3f(0.0), vec3f(1.0)), 1.0);
}
