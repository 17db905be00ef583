import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  findTenxMtx,
  readScaleFactors,
  readSpacerangerSection,
  readTenxH5,
  readTenxMtx,
  readTissuePositions,
} from '@spotbench/core';
import { describe, expect, it } from 'vitest';

const data = process.env.SPOTBENCH_DATA;
const folder = join(data ?? '', 'visium-mini');
const here = data !== undefined && existsSync(folder);
const notice = here ? '' : ` (skipped: SPOTBENCH_DATA is ${data ?? 'not set'}, needed a folder with visium-mini)`;
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** Sizes and sums as scanpy 1.11.5 reads them: `sc.read_10x_h5`, `sc.read_10x_mtx`, `X.sum()`. */
describe.runIf(here)(`scanpy's 10x test files${notice}`, () => {
  it.each([
    ['10x_data/3.0.0/filtered_feature_bc_matrix.h5', undefined, 1107, 507, 41549],
    ['10x_data/1.2.0/filtered_gene_bc_matrices_h5.h5', undefined, 12, 343, 12],
    ['10x_data/1.2.0/multiple_genomes.h5', 'hg19_chr21', 12, 343, 12],
    ['visium_data/1.0.0/filtered_feature_bc_matrix.h5', undefined, 100, 100, 932],
    ['visium_data/2.1.0/raw_probe_bc_matrix.h5', undefined, 4987, 1000, 3372],
  ])('%s', async (path, genome, barcodes, genes, molecules) => {
    const read = await readTenxH5(join(folder, path), { genome });
    expect([read.barcodes.length, read.counts.genes.length, sum(read.counts.values)]).toEqual([
      barcodes,
      genes,
      molecules,
    ]);
  });

  it('mtx folders hold what the h5 files do', async () => {
    const h5 = await readTenxH5(join(folder, '10x_data/3.0.0/filtered_feature_bc_matrix.h5'));
    const mtx = await readTenxMtx(await findTenxMtx(join(folder, '10x_data/3.0.0/filtered_feature_bc_matrix')));
    expect(mtx.barcodes).toEqual(h5.barcodes);
    expect(mtx.counts).toEqual(h5.counts);
    const old = await readTenxMtx(
      await findTenxMtx(join(folder, '10x_data/1.2.0/filtered_gene_bc_matrices/hg19_chr21')),
    );
    expect(old.counts).toEqual(
      (await readTenxH5(join(folder, '10x_data/1.2.0/filtered_gene_bc_matrices_h5.h5'))).counts,
    );
  });

  it('a section on the hires image', async () => {
    const visium = join(folder, 'visium_data/1.0.0');
    const positionsPath = join(visium, 'spatial/tissue_positions_list.csv');
    const scaleFactorsPath = join(visium, 'spatial/scalefactors_json.json');
    const { spots, counts, report } = await readSpacerangerSection({
      countsPath: join(visium, 'filtered_feature_bc_matrix.h5'),
      positionsPath,
      scaleFactorsPath,
      imagePath: join(visium, 'spatial/tissue_hires_image.png'),
      imageScale: 'hires',
      id: 'V1',
      patient: 'V',
    });
    const positions = await readTissuePositions(positionsPath);
    const { hiresScale } = await readScaleFactors(scaleFactorsPath);
    expect(positions).toHaveLength(4992);
    expect(hiresScale).toBe(0.150015);
    expect(spots.ids.length + report['counts-of-unselected-spots']).toBe(100);
    const first = positions.find(({ id }) => id === spots.ids[0])!;
    expect(spots.pixelX[0]).toBe(Math.fround(first.pixelX * 0.150015));
    expect(counts.indptr).toHaveLength(spots.ids.length + 1);
  });
});
