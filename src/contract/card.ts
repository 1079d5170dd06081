/** Preprocessing: network input = (pixel 0..255 - mean) / std per channel; one channel means luminance. */
export interface InputSpec {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
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
  readonly data: {
    readonly name: string; readonly source: string; readonly licence: string;
    readonly trainImages: number; readonly validationImages: number;
  };
  readonly accuracy: readonly { readonly set: string; readonly images: number; readonly top1: number; readonly top5?: number }[];
  readonly date: string;
  readonly seed: number;
  readonly training: { readonly epochs: number; readonly recipe: string };
  readonly limits: readonly string[];
}
