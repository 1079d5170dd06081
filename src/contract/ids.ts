/** Name of a node of the graph; unique within one network. Equals the layer's name in its source file. */
export type LayerId = string;
/** Id of a network: the folder name under `public/models/` or the key of a stored one. */
export type NetworkId = string;
/** Id of one drawing surface (one OffscreenCanvas handed to the worker). */
export type SurfaceId = string;
/** Id of a long computation that reports progress and can be cancelled. */
export type JobId = string;

/** `[height, width, channels]` of one activation; a vector of n values is `[1, 1, n]`. */
export type MapShape = readonly [height: number, width: number, channels: number];
