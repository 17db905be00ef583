import type { CountMatrix } from '../contracts/counts.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { bytesOf } from '../hash/sha256.ts';
import type { ArtefactFiles } from '../store/artefact.ts';
import { float32From, uint32From } from '../store/typed-array.ts';

/** A count matrix as the files of an artefact, below `folder`: little-endian typed arrays and the gene names as JSON. */
export function countFiles(counts: CountMatrix, folder: string): ArtefactFiles {
  return {
    [`${folder}/genes.json`]: JSON.stringify(counts.genes),
    [`${folder}/indptr.u32`]: bytesOf(counts.indptr),
    [`${folder}/indices.u32`]: bytesOf(counts.indices),
    [`${folder}/values.f32`]: bytesOf(counts.values),
  };
}

/**
 * Reads what `countFiles` wrote, through `read` (e.g. `readArtefactFile` of one artefact).
 * @throws SpotbenchError `damaged-artefact` when the arrays do not make a count matrix.
 */
export async function countsFromFiles(read: (name: string) => Promise<Buffer>, folder: string): Promise<CountMatrix> {
  const genes = JSON.parse((await read(`${folder}/genes.json`)).toString('utf8')) as string[];
  const indptr = uint32From(await read(`${folder}/indptr.u32`), `${folder}/indptr.u32`);
  const indices = uint32From(await read(`${folder}/indices.u32`), `${folder}/indices.u32`);
  const values = float32From(await read(`${folder}/values.f32`), `${folder}/values.f32`);
  return checkCounts({ genes, indptr, indices, values }, folder);
}

/** @throws SpotbenchError `damaged-artefact` unless the arrays fit together as compressed sparse rows. */
export function checkCounts(counts: CountMatrix, where: string): CountMatrix {
  const { genes, indptr, indices, values } = counts;
  const broken = (what: string): SpotbenchError =>
    new SpotbenchError('damaged-artefact', `${where}: not a count matrix: ${what}; delete the artefact and run again`);
  if (indptr.length === 0 || indptr[0] !== 0) throw broken('indptr does not start at 0');
  if (indptr.at(-1) !== indices.length || indices.length !== values.length)
    throw broken(`${indices.length} indices, ${values.length} values, indptr ends at ${indptr.at(-1)!}`);
  for (let i = 1; i < indptr.length; i++) {
    if (indptr[i] < indptr[i - 1]) throw broken(`indptr falls at row ${i - 1}`);
    for (let k = indptr[i - 1] + 1; k < indptr[i]; k++)
      if (indices[k] <= indices[k - 1]) throw broken(`columns of row ${i - 1} do not ascend`);
  }
  for (const g of indices) if (g >= genes.length) throw broken(`column ${g} of ${genes.length}`);
  return counts;
}
