import { crc32, deflateSync } from 'node:zlib';
import { createRandom } from '@spotbench/core';

/** A square PNG of noise around a gradient. */
export function noisePng(side: number): Buffer {
  const random = createRandom(1, 'picture');
  const row = 1 + 3 * side; // a filter byte, then pixels
  const bytes = Uint8Array.from({ length: side * row }, (_, at) =>
    at % row === 0 ? 0 : Math.floor(at / row) + random.integer(120),
  );
  return png(bytes, side);
}

/** Rows of 8-bit RGB as a PNG file (ISO 15948). */
function png(rows: Uint8Array, side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [data.length, crc32(body)].map((value) => {
    const word = Buffer.alloc(4);
    word.writeUInt32BE(value);
    return word;
  });
  return Buffer.concat([length, body, check]);
}
