/** Preprocessing: network input = (pixel 0..255 - mean) / std per channel, in the network's own order; one channel means luminance. */
export interface InputSpec {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Order in which the network wants red, green and blue; absent: `rgb`. */
  readonly channelOrder?: 'rgb' | 'bgr';
}

/** How a network that does not come with the app got onto this device. */
export interface NetworkOrigin {
  readonly kind: 'file' | 'address' | 'shelf';
  /** `tfjs-layers`, `tfjs-graph`, `keras`, `onnx`, `tflite`. */
  readonly format: string;
  /** File name or public address. */
  readonly source: string;
  /** ISO date. */
  readonly importedAt: string;
  /** Things worth saying, one plain sentence each. */
  readonly notes: readonly string[];
  /** False: `classes` are numbers made up because the file names none. */
  readonly labelled: boolean;
}

export interface CardFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** `card.json` beside a network: what it is for, how good it is, what it cannot do. Plain JSON. */
export interface NetworkCard {
  readonly id: string;
  readonly name: string;
  readonly task: 'classification';
  readonly description: string;
  readonly classes: readonly string[];
  readonly input: InputSpec;
  readonly files: readonly CardFile[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly weightsDtype: string;
  /** null: nobody said (imported networks). */
  readonly data: {
    readonly name: string; readonly source: string; readonly licence: string;
    readonly trainImages: number; readonly validationImages: number;
  } | null;
  readonly accuracy: readonly { readonly set: string; readonly images: number; readonly top1: number; readonly top5?: number }[];
  readonly date: string;
  /** null: nobody said. */
  readonly seed: number | null;
  readonly training: { readonly epochs: number; readonly recipe: string } | null;
  readonly limits: readonly string[];
  /** Absent: comes with the app. */
  readonly origin?: NetworkOrigin;
}
