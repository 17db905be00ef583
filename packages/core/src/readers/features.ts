import type { ReadReport } from '../contracts/section.ts';
import { badData } from './bad-data.ts';
import { quote } from './delimited-table.ts';
import { isName } from './is-name.ts';

/** The features of a count file, as it has them. */
export interface Features {
  /** Accession, e.g. `ENSG00000141736`. [F] */
  readonly ids: readonly string[];
  /** Symbol, e.g. `ERBB2`. [F] */
  readonly names: readonly string[];
  /** E.g. `Gene Expression`, `Antibody Capture`; absent where the file says nothing: all are genes. [F] */
  readonly types?: readonly string[];
  /** Genome each was aligned to. [F] */
  readonly genomes?: readonly string[];
}

/** What of a file to read. */
export interface GeneOptions {
  /** Read the features of this genome only; needed where a file has several. */
  readonly genome?: string;
  /** Name genes by symbol (default) or accession. */
  readonly geneNames?: 'symbol' | 'id';
}

/** Which gene each feature counts towards. */
export interface GeneColumns {
  /** Unique, in order of first appearance. [G] */
  readonly genes: readonly string[];
  /** Gene column of each feature, -1 for one that is left out. [F] */
  readonly column: Int32Array;
  readonly report: ReadReport;
}

const GENE_EXPRESSION = 'Gene Expression';

/**
 * Chooses the genes of a file. Features of another type than `Gene Expression` are left out. Features that share a name are
 * one gene: their counts are summed. What that did is counted:
 * - `features-not-genes`: antibodies, custom features and the like, left out;
 * - `features-of-other-genomes`: left out because `genome` asks for another;
 * - `features-summed`: features added to an earlier one of the same name.
 * @throws SpotbenchError `bad-data` when genes of several genomes are there and none is asked for, none are of the one asked
 * for, none is left, or a name or a type is empty, has white space around it or a control character in it.
 */
export function chooseGenes(features: Features, options: GeneOptions, where: string): GeneColumns {
  checkTypes(features.types, where);
  const isGene = features.names.map((_, f) => !features.types || features.types[f] === GENE_EXPRESSION);
  const genome = chooseGenome(features, isGene, options.genome, where);
  const inGenome = (f: number): boolean => genome === undefined || features.genomes?.[f] === genome;
  const kept = [...isGene.keys()].filter((f) => isGene[f] && inGenome(f));
  if (kept.length === 0) throw badData(where, `none of ${isGene.length} features is a gene`, 'check the file');
  const named = nameColumns(options.geneNames === 'id' ? features.ids : features.names, kept, where);
  const genesFound = isGene.filter(Boolean).length;
  const report = {
    'features-not-genes': isGene.length - genesFound,
    'features-of-other-genomes': genesFound - kept.length,
    'features-summed': kept.length - named.genes.length,
  };
  return { ...named, report };
}

/** A damaged type would silently make a gene something else. */
function checkTypes(types: readonly string[] | undefined, where: string): void {
  const odd = types?.findIndex((type) => !isName(type)) ?? -1;
  if (odd >= 0) throw badData(`${where}, feature ${odd + 1}`, `needed a feature type, found ${quote(types![odd])}`);
}

function chooseGenome(
  { genomes }: Features,
  isGene: readonly boolean[],
  asked: string | undefined,
  where: string,
): string | undefined {
  const found = [...new Set(genomes?.filter((_, f) => isGene[f]))];
  const listed = found.join(', ') || 'none named';
  if (asked !== undefined && !found.includes(asked))
    throw badData(where, `needed genome ${asked}, found ${listed}`, 'ask for one that is there');
  if (asked === undefined && found.length > 1)
    throw badData(where, `genes of ${found.length} genomes (${listed})`, 'say which with the option genome');
  return asked;
}

function nameColumns(names: readonly string[], kept: readonly number[], where: string): Omit<GeneColumns, 'report'> {
  const column = new Int32Array(names.length).fill(-1);
  const columnOf = new Map<string, number>();
  for (const f of kept) {
    const name = names[f];
    if (!isName(name))
      throw badData(
        `${where}, feature ${f + 1}`,
        `needed a gene name, found ${quote(name)}`,
        'name genes by accession (option geneNames: id), or name it in the file',
      );
    const at = columnOf.get(name) ?? columnOf.size;
    columnOf.set(name, at);
    column[f] = at;
  }
  return { genes: [...columnOf.keys()], column };
}
