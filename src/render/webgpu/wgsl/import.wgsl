// One thread makes one pixel of the network's input: area mean of the source pixels under it, mirrored, normalised.
// `source` and `sourceColour` come from import-video.wgsl or import-picture.wgsl.

struct Import {
  cropStart : vec2f,    // in pixels of the source as it is shown
  cropSize : vec2f,
  shownSize : vec2f,    // of the whole source; browsers differ in whether its texture has this size
  inputSize : vec2u,
  channels : u32,
  mirror : u32,
  reversed : u32,       // 1: the network takes blue, green, red
  factor : vec4f,       // value = pixel (0..255) * factor + offset
  offset : vec4f,
}

@group(0) @binding(1) var<storage, read_write> input : array<f32>;
@group(0) @binding(2) var<uniform> frame : Import;

@compute @workgroup_size(8, 8)
fn importFrame(@builtin(global_invocation_id) at : vec3u) {
  if (any(at.xy >= frame.inputSize)) {
    return;
  }
  let column = select(at.x, frame.inputSize.x - 1u - at.x, frame.mirror != 0u);
  let limit = vec2i(textureDimensions(source));
  let scale = vec2f(limit) / frame.shownSize;
  let step = scale * frame.cropSize / vec2f(frame.inputSize);
  let start = scale * frame.cropStart + vec2f(f32(column), f32(at.y)) * step;
  let end = start + step;
  var sum = vec3f(0.0);
  for (var y = i32(floor(start.y)); f32(y) < end.y; y++) {
    let rowShare = min(f32(y) + 1.0, end.y) - max(f32(y), start.y);
    for (var x = i32(floor(start.x)); f32(x) < end.x; x++) {
      let share = rowShare * (min(f32(x) + 1.0, end.x) - max(f32(x), start.x));
      var colour = vec3f(1.0);
      if (x >= 0 && y >= 0 && x < limit.x && y < limit.y) {
        colour = sourceColour(vec2i(x, y));
      }
      sum += share * colour;
    }
  }
  let pixel = sum * (255.0 / (step.x * step.y));
  let to = (at.y * frame.inputSize.x + at.x) * frame.channels;
  if (frame.channels == 1u) {
    input[to] = dot(pixel, vec3f(0.299, 0.587, 0.114)) * frame.factor.x + frame.offset.x;
    return;
  }
  let value = select(pixel, pixel.bgr, frame.reversed != 0u) * frame.factor.xyz + frame.offset.xyz;
  input[to] = value.x;
  input[to + 1u] = value.y;
  input[to + 2u] = value.z;
}
