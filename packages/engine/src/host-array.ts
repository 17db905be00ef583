/** Element types that cross the border between the host and an engine. */
export type DType = 'float32' | 'int32' | 'bool';

/** A dense array on the host, row-major; `data` holds the product of `shape` elements. `bool` is stored as 0 and 1. */
export interface HostArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Shape and element type of an array that does not exist yet: what a compiled step is told about its inputs. */
export interface ArraySpec {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** Arrays by name. */
export type HostArrays = Readonly<Record<string, HostArray>>;
