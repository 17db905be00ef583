/**
 * Philox-4x32-10: a counter-based generator. Ten rounds map (128-bit counter, 64-bit key) to 128 random bits, so any
 * draw can be computed without the ones before it.
 *
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; constants from section 4.3.
 */
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

/**
 * High 32 bits of the 64-bit product of two unsigned 32-bit integers, as a signed one: schoolbook multiplication in halves of
 * 16 bits. No sum exceeds 32 bits (65535 * 65535 + 65535 < 2^32), so all of it stays in integer registers.
 */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const middle = (Math.imul(aLow, bHigh) + (low & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (low >>> 16) + (middle >>> 16)) | 0;
}

/**
 * Fills `out` with the 32-bit words of consecutive blocks, four words each: those at `counter` (four words) and after it,
 * under `key` (two words), and moves `counter` past them. `out.length` is a multiple of 4.
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  for (let at = 0; at < out.length; at += 4) {
    writeBlock(counter, key, out, at);
    increment(counter);
  }
}

/** Adds 1 to a number of four words, the lowest first. */
function increment(counter: Uint32Array): void {
  for (let word = 0; word < 4; word++) {
    counter[word]++;
    if (counter[word] !== 0) return;
  }
}

function writeBlock(counter: Uint32Array, key: Uint32Array, out: Uint32Array, at: number): void {
  let c0 = counter[0] | 0;
  let c1 = counter[1] | 0;
  let c2 = counter[2] | 0;
  let c3 = counter[3] | 0;
  let k0 = key[0] | 0;
  let k1 = key[1] | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(M0, c0);
    const low0 = Math.imul(M0, c0);
    c0 = mulHigh(M1, c2) ^ c1 ^ k0;
    c1 = Math.imul(M1, c2);
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}
