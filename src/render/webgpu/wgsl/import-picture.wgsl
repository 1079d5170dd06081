@group(0) @binding(0) var source : texture_2d<f32>;

// Premultiplied; what is transparent shows white.
fn sourceColour(at : vec2i) -> vec3f {
  let texel = textureLoad(source, at, 0);
  return texel.rgb + (1.0 - texel.a);
}
