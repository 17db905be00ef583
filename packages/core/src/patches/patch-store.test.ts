import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeImage } from '../images/decode-image.ts';
import { createPatchReader } from '../images/patch-reader.ts';
import { openPatchStore } from './patch-store.ts';
import { spotsHash } from './patch-slide.ts';
import { testSlide } from './testing/test-slides.ts';
import { writePatchStore } from './write-patch-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spotbench-patches-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = (): string => join(folder, 'store');

describe('a patch store', () => {
  it('gives the patches of any spots, section and view, as a patch reader cuts them', async () => {
    const slides = [await testSlide(folder, 'A1', 5), await testSlide(folder, '../odd/name', 3)];
    const progress: number[] = [];
    const manifest = await writePatchStore(store(), {
      slides,
      views: [
        { name: 'patch', sizePx: 12 },
        { name: 'neighbourhood', sizePx: 12, fieldOfViewPx: { A1: 30, '../odd/name': 24 } },
        { name: 'wide', sizePx: 10, fieldOfViewUm: 20 },
        { name: 'slide', sizePx: 8, wholeSlide: true },
      ],
      onProgress: (done, total) => progress.push(total, done),
    });
    expect(progress.slice(-2)).toEqual([26, 26]);
    const patches = await openPatchStore(store());
    expect(patches.hash).toBe(manifest.hash);
    expect(patches.sizePx('wide')).toBe(10);
    for (const [s, slide] of slides.entries()) {
      const reader = createPatchReader(() => decodeImage(slide.image), slide.spots);
      const rows = [2, 0, 2];
      const fields = { patch: 12, neighbourhood: [30, 24][s], wide: 40 };
      for (const [view, fieldOfViewPx] of Object.entries(fields)) {
        const expected = await reader.read(rows, { sizePx: patches.sizePx(view), fieldOfViewPx });
        expect(Buffer.compare(await patches.read(slide.id, rows, view), expected)).toBe(0);
      }
      expect(await patches.read(slide.id, [0], 'slide')).toHaveLength(8 * 8 * 3);
      expect(patches.sections[s]).toEqual({
        id: slide.id,
        spotsHash: spotsHash(slide.spots),
        rows: { patch: [5, 3][s], neighbourhood: [5, 3][s], wide: [5, 3][s], slide: 1 },
        fieldOfViewPx: { ...fields, slide: 64 },
      });
    }
    await patches.close();
    expect(readdirSync(folder).sort()).toEqual(['%2E%2E%2Fodd%2Fname.png', 'A1.png', 'store']);
  });

  it('says which section, view or row there is not', async () => {
    await writePatchStore(store(), {
      slides: [await testSlide(folder, 'A1', 2)],
      views: [{ name: 'patch', sizePx: 4 }],
    });
    const patches = await openPatchStore(store());
    await expect(patches.read('A2', [0], 'patch')).rejects.toThrow('unknown section "A2"; did you mean "A1"?');
    await expect(patches.read('A1', [0], 'patches')).rejects.toThrow(
      'unknown patch view "patches"; did you mean "patch"',
    );
    for (const row of [2, -1, 0.5])
      await expect(patches.read('A1', [row], 'patch')).rejects.toThrow(
        `patches: patch of section A1: row must be in 0..1, got ${row}`,
      );
    await patches.close();
  });

  it('knows a row order by its hash', async () => {
    const { spots } = await testSlide(folder, 'A1', 3);
    expect(spotsHash(spots)).toBe(spotsHash({ ...spots, arrayX: new Float32Array(3) }));
    expect(spotsHash({ ...spots, ids: [...spots.ids].reverse() })).not.toBe(spotsHash(spots));
    expect(spotsHash({ ...spots, pixelX: spots.pixelX.map((x) => x + 1) })).not.toBe(spotsHash(spots));
  });

  it('finds changed and shortened files when it is opened', async () => {
    const file = join(store(), 'A1', 'patch.rgb');
    const make = async () =>
      writePatchStore(store(), { slides: [await testSlide(folder, 'A1', 2)], views: [{ name: 'patch', sizePx: 4 }] });
    await expect(openPatchStore(store())).rejects.toMatchObject({ tag: 'missing-data' });
    await make();
    writeFileSync(file, new Uint8Array(96).fill(9));
    await expect(openPatchStore(store())).rejects.toMatchObject({ tag: 'damaged-artefact' });
    await expect(openPatchStore(store(), { verify: false }).then((s) => s.close())).resolves.toBeUndefined();
    truncateSync(file, 95);
    await expect(openPatchStore(store(), { verify: false })).rejects.toThrow(/patch.rgb: 95 bytes, not the 96/);
    await make();
    const patches = await openPatchStore(store());
    truncateSync(file, 50);
    await expect(patches.read('A1', [1], 'patch')).rejects.toThrow(/needed 48 bytes at 48, found 2/);
    await patches.close();
    rmSync(file);
    await expect(openPatchStore(store())).rejects.toMatchObject({ tag: 'damaged-artefact' });
  });

  it('leaves the old store when a slide cannot be read', async () => {
    const slide = await testSlide(folder, 'A1', 2);
    const views = [{ name: 'patch', sizePx: 4 }];
    const { hash } = await writePatchStore(store(), { slides: [slide], views });
    writeFileSync(slide.image.path, 'not an image');
    await expect(writePatchStore(store(), { slides: [slide], views })).rejects.toMatchObject({ tag: 'bad-data' });
    const patches = await openPatchStore(store());
    expect(patches.hash).toBe(hash);
    await patches.close();
    expect(readdirSync(folder).sort()).toEqual(['A1.png', 'store']);
  });

  it('refuses views and slides that cannot be told apart or cut', async () => {
    const slide = await testSlide(folder, 'A1', 2);
    const write = (views: object[], slides = [slide]) =>
      writePatchStore(store(), { slides, views: views as { name: string; sizePx: number }[] });
    await expect(write([])).rejects.toThrow('at least one view');
    await expect(write([{ name: 'a', sizePx: 0 }])).rejects.toThrow(/patch view "a": sizePx/);
    await expect(write([{ name: 'a/b', sizePx: 1 }])).rejects.toThrow(/names a file/);
    await expect(write([{ name: 'a', sizePx: 1, fieldOfViewPx: 2, wholeSlide: true }])).rejects.toThrow(/give one of/);
    await expect(write([{ name: 'a', sizePx: 1, fieldOfViewPx: { B1: 2 } }])).rejects.toThrow(
      /needed a field of view of section A1, found those of B1/,
    );
    await expect(
      write([{ name: 'a', sizePx: 1, fieldOfViewUm: 5 }], [{ ...slide, micrometresPerPx: undefined }]),
    ).rejects.toThrow(/5 um of section A1 need its micrometres per pixel, found undefined/);
    const view = { name: 'a', sizePx: 1 };
    await expect(write([view, view])).rejects.toThrow('needed distinct view names, found "a" twice');
    await expect(write([view], [slide, slide])).rejects.toThrow('needed distinct section names, found "A1" twice');
    expect(readdirSync(folder)).toEqual(['A1.png']);
  });
});
