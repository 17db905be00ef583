import { badData } from './bad-data.ts';
import { isName } from './is-name.ts';

const NEWLINE = 10;

/** The first line of a count table. */
export interface CountHeader {
  /** As they stand there; one may stand several times. [columns] */
  readonly genes: readonly string[];
  /** Offset of the first byte after the line. */
  readonly end: number;
}

/**
 * Reads the header: an empty cell over the spot ids, then one gene name per column. A byte order mark and a carriage return
 * at the end are accepted, they are harmless.
 * @throws SpotbenchError `bad-data` when it is not UTF-8, does not start with a tab, has no gene, or an empty or quoted
 * gene.
 */
export function parseCountHeader(bytes: Uint8Array, path: string): CountHeader {
  const newline = bytes.indexOf(NEWLINE);
  const end = newline < 0 ? bytes.length : newline + 1;
  const [corner, ...genes] = decodeLine(bytes.subarray(0, end), path).split('\t');
  const where = `${path} line 1`;
  if (corner !== '')
    throw badData(
      where,
      `the header must start with a tab, found ${JSON.stringify(corner.slice(0, 40))}`,
      'write the table spots x genes, separated by tabs, with an empty cell over the spot ids',
    );
  if (genes.length === 0) throw badData(where, 'needed gene names, found none');
  checkGenes(genes, where);
  return { genes, end };
}

function decodeLine(line: Uint8Array, path: string): string {
  try {
    // TextDecoder drops a byte order mark by itself.
    return new TextDecoder('utf-8', { fatal: true }).decode(line).replace(/\r?\n?$/, '');
  } catch (cause) {
    throw badData(`${path} line 1`, 'needed text in UTF-8, found other bytes', undefined, cause);
  }
}

function checkGenes(genes: readonly string[], where: string): void {
  genes.forEach((gene, g) => {
    if (!isName(gene) || gene.includes('"'))
      throw badData(where, `column ${g + 2}: needed a gene name, found ${JSON.stringify(gene)}`);
  });
}
