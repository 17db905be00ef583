import { isSpotbenchError } from '@spotbench/core';
import { loadDatasets } from '../datasets/load.ts';
import { regimeLabel } from '../plan/cell-id.ts';
import type { Selection } from '../plan/selection.ts';
import { foldOpener } from '../rescore/open-folds.ts';
import { METRICS } from '../results/summary.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { addressText, parseAddress, type NumberAddress } from './address.ts';
import { geneOf, numberChain, sectionOf, type GeneLink, type NumberChain, type SectionLink } from './chain.ts';
import { provenanceOf, type CellProvenance } from './provenance.ts';
import { checkCell, publishedSource, storeSource, type ExplainedCell } from './result-source.ts';
import { spotValues, type SpotValues } from './spot-values.ts';
import { checkAgainstTables } from './table-value.ts';

/** What a reader of a number must know of its protocol, as datasets.json has it today: whether test data was seen, and where. */
export interface ProtocolWords {
  readonly id: string;
  readonly tier: string;
  readonly note: string;
}

/** Where a number comes from, as far down as was asked for. */
export interface Explanation {
  readonly where: string;
  /** Absent where datasets.json has the protocol no longer. */
  readonly protocol?: ProtocolWords;
  readonly chain: NumberChain;
  readonly section?: SectionLink;
  readonly gene?: GeneLink;
  /** Spots behind the gene, for each seed whose predictions and data are on this machine. */
  readonly spots?: readonly SpotValues[];
  /** Why spots of other seeds are not shown. */
  readonly withoutSpots?: readonly string[];
  readonly cells: readonly CellProvenance[];
}

/** What a cell is and which numbers it has a part in. */
export interface CellExplanation {
  readonly where: string;
  readonly protocol?: ProtocolWords;
  readonly cell: CellProvenance;
  /** The cell's own values: of its fold and seed alone. */
  readonly numbers: readonly { readonly address: string; readonly value: number | null }[];
}

export interface ExplainOptions extends Pick<Selection, 'folds' | 'seeds'> {
  /** Explains committed results instead of those in this machine's store. */
  readonly published?: boolean;
}

/**
 * Explains a cell id or the address of a number. @throws SpotbenchError `unknown-name` naming the nearest; `missing-data` for a
 * number whose cells are not all there; `bad-data` where tables show another number.
 */
export async function explain(
  workspace: Workspace,
  what: string,
  { published = false, ...part }: ExplainOptions = {},
): Promise<Explanation | CellExplanation> {
  const source = published ? await publishedSource(workspace) : storeSource(workspace, part);
  if (what.includes('--') && !what.includes('/')) {
    checkCell(source, what);
    const cell = await source.read(what);
    return { where: source.where, ...wordsOf(workspace, cell.finished.record.protocolId), ...cellExplanation(cell) };
  }
  const address = parseAddress(what);
  const cells: ExplainedCell[] = [];
  for (const id of source.behind(address)) cells.push(await source.read(id));
  const chain = numberChain(address, cells);
  checkAgainstTables(chain, source.shown(address, cells));
  const below = await levelBelow(workspace, address, chain, cells);
  return { where: source.where, ...wordsOf(workspace, address.protocol), chain, ...below };
}

function wordsOf(workspace: Workspace, id: string): { protocol?: ProtocolWords } {
  const { protocols } = loadDatasets(workspace);
  if (!Object.hasOwn(protocols, id)) return {};
  const { tier, note } = protocols[id];
  return { protocol: { id, tier, note } };
}

async function levelBelow(
  workspace: Workspace,
  { section: sectionName, gene: geneName }: NumberAddress,
  chain: NumberChain,
  cells: readonly ExplainedCell[],
): Promise<Omit<Explanation, 'where' | 'protocol' | 'chain'>> {
  if (sectionName === undefined) return { cells: cells.map(provenanceOf) };
  const section = sectionOf(chain, sectionName);
  const own = cells.filter(({ finished }) => section.cells.includes(finished.record.cellId));
  const below = { section, cells: own.map(provenanceOf) };
  if (geneName === undefined) return below;
  const gene = geneOf(section, geneName);
  return { ...below, gene, ...(await spotsOf(workspace, own, { section: sectionName, gene: geneName })) };
}

async function spotsOf(
  workspace: Workspace,
  cells: readonly ExplainedCell[],
  place: { readonly section: string; readonly gene: string },
): Promise<Pick<Explanation, 'spots' | 'withoutSpots'>> {
  const open = foldOpener(workspace);
  const [spots, withoutSpots]: [SpotValues[], string[]] = [[], []];
  for (const cell of cells) {
    try {
      spots.push(await spotValues(workspace, cell, place, open));
    } catch (error) {
      if (!isSpotbenchError(error)) throw error;
      withoutSpots.push(error.message);
    }
  }
  return { spots, withoutSpots };
}

function cellExplanation(cell: ExplainedCell): Omit<CellExplanation, 'where' | 'protocol'> {
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
