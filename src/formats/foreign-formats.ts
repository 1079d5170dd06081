const pytorch = "PyTorch's; write it as ONNX in Python: torch.onnx.export(model, torch.zeros(1, 3, 224, 224), 'network.onnx')";
const tensorflow = "TensorFlow's; turn its folder into ONNX: python -m tf2onnx.convert --saved-model FOLDER --output network.onnx";
const bareWeights = "weights without their network; load them into the network in Python and write it as ONNX: torch.onnx.export(model, torch.zeros(1, 3, 224, 224), 'network.onnx')";

/** Formats that people have and that are not read, by the end of their file's name, with the way to one that is. */
const byEnding: readonly (readonly [ending: RegExp, words: string])[] = [
  [/\.(pt|pth|pth\.tar|pt2|torchscript|ptl)$/i, pytorch],
  [/(^|\/)data\.pkl$/i, pytorch],
  [/\.(safetensors|ckpt)$/i, bareWeights],
  [/\.(ml(model|package)|mlmodelc)$/i, "Apple's Core ML; write the network it was made from as ONNX, Keras or TFLite"],
  [/\.(caffemodel|prototxt)$/i, "Caffe's; OpenVINO's or MMdnn's converters turn it into ONNX"],
  [/\.(gguf|ggml)$/i, 'a language model; Innerview shows networks that look at pictures'],
  [/\.(engine|trt|plan)$/i, 'made by TensorRT for one graphics card; open the ONNX file that it was made from'],
  [/\.(pdmodel|pdiparams)$/i, "Paddle's; paddle2onnx turns it into ONNX"],
  [/\.(params|mar|pkl|pickle|joblib)$/i, "Python's own way of storing things; write the network as ONNX, Keras or TFLite"],
  [/\.(weights|cfg)$/i, "Darknet's; turn it into ONNX or Keras"],
  [/\.ort$/i, 'prepared for ONNX Runtime; open the ONNX file that it was made from'],
];

/**
 * What a file of a format that is not read is, and what to do with it.
 *
 * @param name   with its ending; folders before it do no harm
 * @param bytes  its beginning, where there is one
 * @returns      the end of a sentence that begins with the file's name and `is`; null: nothing is known of it
 */
export function describeForeign(name: string, bytes: Uint8Array = new Uint8Array()): string | null {
  const found = byEnding.find(([ending]) => ending.test(name));
  if (found !== undefined) return found[1];
  // ONNX files are called .pb by some tests; they say an ir_version of 3 or more. A SavedModel says 1, a frozen graph none.
  const isOnnx = bytes[0] === 0x08 && (bytes[1] ?? 0) >= 3;
  return /\.pb$/i.test(name) && !isOnnx ? tensorflow : null;
}
