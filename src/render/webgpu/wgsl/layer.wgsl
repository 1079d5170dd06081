// One layer as every pass sees it; written by layer-slots.ts, 256 bytes apart.
struct Layer {
  elementOffset : u32,   // first value in the bound buffer
  height : u32,
  width : u32,
  channels : u32,
  isSigned : u32,
  wholeRange : u32,      // 1: all channels share the layer's range
  settle : u32,          // 1: take the range as it is, no smoothing
  colourRow : u32,       // row of the colour table texture
  mean : vec4f,          // pixel = value * deviation + mean
  deviation : vec4f,
}

// The bits say it surely; comparisons with NaN may be optimised away.
fn isFiniteBits(bits : u32) -> bool {
  return (bits & 0x7f800000u) != 0x7f800000u;
}
