import { predictionFile } from '../cell/predictions.ts';
import type { ExplainedCell } from './result-source.ts';

/** What one cell's scores come from, in full. */
export interface CellProvenance {
  readonly cell: string;
  readonly command: string;
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly engine: string;
  readonly fold: number;
  readonly heldOut: string | null;
  readonly seed: number;
  readonly selectedBy: string | null;
  /** By what they identify; null where a cell has none of it. */
  readonly hashes: Readonly<Record<string, string | null>>;
  /** Rule, source and hash of the fold's panels, by set. */
  readonly panels: Readonly<Record<string, unknown>>;
  /** SHA-256 of the stored predictions, by section. */
  readonly predictions: Readonly<Record<string, string>>;
}

/** Everything that decides a cell's numbers, by hash, with the command that makes them. */
export function provenanceOf({ finished, manifest, panels }: ExplainedCell): CellProvenance {
  const { record: r, sections } = finished;
  const views = Object.entries(r.featureHashes ?? {}).map(([view, hash]) => [`features, view ${view}`, hash] as const);
  return {
    cell: r.cellId,
    command: r.command,
    commit: r.commit,
    dirty: r.dirty,
    engine: `${r.engine}/${r.device}, ${r.precision}`,
    fold: r.fold,
    heldOut: r.heldOut,
    seed: r.seed,
    selectedBy: r.selectedBy,
    hashes: {
      data: r.datasetHash,
      protocol: r.protocolHash,
      [`split ${r.splitId}`]: r.splitHash,
      'gene panels': r.panelHash,
      features: r.featuresHash,
      ...Object.fromEntries(views),
      patches: r.patchesHash,
      'pretrained weights': r.weightsHash,
      code: r.codeHash,
      configuration: r.configHash,
      'everything the cell left': manifest.hash,
    },
    panels: Object.fromEntries(
      Object.entries(panels).flatMap(([set, panel]) => (panel ? [[set, summaryOf(panel)]] : [])),
    ),
    predictions: Object.fromEntries(
      sections.map(({ section }) => [section, manifest.files[predictionFile(section)]?.sha256 ?? 'not stored']),
    ),
  };
}

/** A panel without its genes, which stand in the chain. */
function summaryOf(panel: unknown): unknown {
  const { genes, ...rest } = panel as { genes?: readonly string[] };
  return { ...rest, size: genes?.length };
}
