@group(0) @binding(0) var source : texture_external;

fn sourceColour(at : vec2i) -> vec3f {
  return textureLoad(source, at).rgb;
}
