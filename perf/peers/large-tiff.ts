import sharp from 'sharp';

/**
 * Writes a tiled BigTIFF of `sidePx` x `sidePx` (256 px tiles) that repeats a piece of smooth colours with grain, without
 * having it in memory: 28,284 px uncompressed are 2.4 GB.
 */
export async function makeLargeTiff(path: string, sidePx: number, compression: 'none' | 'jpeg'): Promise<void> {
  // Not a multiple of the tiles, so that no two tiles are equal.
  const piece = 997;
  const pixels = Uint8Array.from({ length: piece * piece * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % piece, Math.floor(i / 3 / piece), i % 3];
    return [190, 130, 180][c] + 40 * Math.sin(x / 9 + c) * Math.cos(y / 13) + ((x * 7919 + y * 104729 + c * 31) % 23);
  });
  const input = await sharp(pixels, { raw: { width: piece, height: piece, channels: 3 } })
    .png()
    .toBuffer();
  await sharp({
    create: { width: sidePx, height: sidePx, channels: 3, background: 'white' },
    limitInputPixels: false,
  })
    .composite([{ input, tile: true }])
    .removeAlpha()
    .tiff({ tile: true, tileWidth: 256, tileHeight: 256, compression, quality: 85, bigtiff: true })
    .toFile(path);
}
