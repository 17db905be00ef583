/** `mixed`: matrix products and convolutions in float16, all else in float32; training then scales its loss. */
export type Precision = 'float32' | 'mixed';
