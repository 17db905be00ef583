import { regimeLabel } from '../plan/cell-id.ts';
import { METRICS } from '../results/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { addressText, parseAddress, type NumberAddress } from './address.ts';
import { geneOf, numberChain, sectionOf, type GeneLink, type NumberChain, type SectionLink } from './chain.ts';
import { provenanceOf, type CellProvenance } from './provenance.ts';
import { cellsBehind, checkCell, publishedSource, storeSource, type ExplainedCell } from './result-source.ts';
import { spotValues, type SpotValues } from './spot-values.ts';

/** Where a number comes from, as far down as was asked for. */
export interface Explanation {
  readonly where: string;
  readonly chain: NumberChain;
  readonly section?: SectionLink;
  readonly gene?: GeneLink;
  /** Spots behind the gene, for each seed; absent where predictions or data are not at hand. */
  readonly spots?: readonly SpotValues[];
  readonly cells: readonly CellProvenance[];
}

/** What a cell is and which numbers it has a part in. */
export interface CellExplanation {
  readonly where: string;
  readonly cell: CellProvenance;
  /** The cell's own values: of its fold and seed alone. */
  readonly numbers: readonly { readonly address: string; readonly value: number | null }[];
}

export interface ExplainOptions {
  /** Explains committed results instead of those in this machine's store. */
  readonly published?: boolean;
}

/** Explains a cell id or the address of a number. @throws SpotbenchError `unknown-name` naming the nearest. */
export async function explain(
  workspace: Workspace,
  what: string,
  { published = false }: ExplainOptions = {},
): Promise<Explanation | CellExplanation> {
  const source = published ? await publishedSource(workspace) : storeSource(workspace);
  if (what.includes('--') && !what.includes('/')) {
    checkCell(source, what);
    return { where: source.where, ...cellExplanation(await source.read(what)) };
  }
  const address = parseAddress(what);
  const cells: ExplainedCell[] = [];
  for (const id of cellsBehind(source, address)) cells.push(await source.read(id));
  return { where: source.where, ...(await numberExplanation(workspace, address, cells)) };
}

async function numberExplanation(
  workspace: Workspace,
  address: NumberAddress,
  cells: readonly ExplainedCell[],
): Promise<Omit<Explanation, 'where'>> {
  const chain = numberChain(address, cells);
  if (address.section === undefined) return { chain, cells: cells.map(provenanceOf) };
  const section = sectionOf(chain, address.section);
  const own = cells.filter(({ finished }) => section.cells.includes(finished.record.cellId)).map(provenanceOf);
  if (address.gene === undefined) return { chain, section, cells: own };
  const gene = geneOf(section, address.gene);
  const spots: SpotValues[] = [];
  for (const { cell } of gene.seeds) {
    const found = await spotValues(workspace, cell, address.section, address.gene);
    if (found) spots.push(found);
  }
  return { chain, section, gene, ...(spots.length > 0 && { spots }), cells: own };
}

function cellExplanation(cell: ExplainedCell): Omit<CellExplanation, 'where'> {
  const { finished } = cell;
  const { datasetId, protocolId, methodId } = finished.record;
  const regime = regimeLabel(finished.record);
  const sets = [...new Set(Object.values(finished.sets).flatMap((bySet) => Object.keys(bySet)))];
  const addresses = sets.flatMap((set) =>
    METRICS.map((metric) => ({ dataset: datasetId, protocol: protocolId, regime, method: methodId, set, metric })),
  );
  return {
    cell: provenanceOf(cell),
    numbers: addresses.map((a) => ({ address: addressText(a), value: numberChain(a, [cell]).value })),
  };
}
