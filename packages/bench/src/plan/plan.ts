import { existsSync } from 'node:fs';
import { isSpotbenchError, SpotbenchError } from '@spotbench/core';
import { splitNamed } from '../data/split-files.ts';
import { howToGet } from '../datasets/how-to-get.ts';
import { locateDataset, presence, type LocatedDataset, type Presence } from '../datasets/locate.ts';
import { geneListObstacle } from '../datasets/obstacle.ts';
import { splitNameOf } from '../datasets/split-name.ts';
import { encoderNames } from '../features/encoders.ts';
import { loadDatasets } from '../datasets/load.ts';
import type { DatasetEntry, Datasets, ProtocolEntry } from '../datasets/schema.ts';
import { discoverMethods, findMethod, type MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { weightsPath } from '../weights/weights-path.ts';
import { cellId, DEFAULT_ENCODER, PRETRAINED, SCRATCH, type Cell } from './cell-id.ts';
import { checkSelection, type Selection } from './selection.ts';

/** A data set in the plan, or why it is not. */
export interface PlannedDataset {
  readonly id: string;
  readonly entry: DatasetEntry;
  readonly located: LocatedDataset;
  readonly presence: Presence;
  /** True when its cells are in the plan. */
  readonly active: boolean;
}

/** A protocol that was asked for and cannot run on what is present, or could not even with the data set there. */
export interface SkippedProtocol {
  readonly dataset: string;
  readonly protocol: string;
  readonly reason: string;
}

/** Everything a run will do, worked out from datasets.json, the files present and the discovered methods. */
export interface Plan {
  readonly definitions: Datasets;
  readonly datasets: readonly PlannedDataset[];
  readonly methods: readonly MethodEntry[];
  readonly cells: readonly Cell[];
  readonly skipped: readonly SkippedProtocol[];
}

/**
 * Plans a run. Data sets whose files are present are run; with none present, the synthetic demo cohorts are. Reads file names,
 * not files.
 *
 * @throws SpotbenchError `unknown-name` for unknown names in the selection; `missing-data` when it selects a data set whose
 * files are not there.
 */
export function makePlan(workspace: Workspace, selection: Selection = {}): Plan {
  const definitions = loadDatasets(workspace);
  const methods = discoverMethods(workspace);
  checkSelection(selection, definitions, methods, encoderNames(workspace));
  for (const { options = {} } of [...Object.values(definitions.datasets), ...Object.values(definitions.protocols)]) {
    for (const name of Object.keys(options)) findMethod(methods, name);
  }
  const datasets = chooseDatasets(workspace, definitions, selection);
  refuseTwins(datasets);
  const chosen = methods.filter((m) => selection.methods?.includes(m.name) ?? true);
  checkFinetune(workspace, chosen, selection);
  const cells: Cell[] = [];
  const skipped: SkippedProtocol[] = [];
  for (const dataset of datasets.filter((d) => d.active)) {
    for (const protocol of protocolsOf(dataset.entry, selection)) {
      const found = cellsOf(dataset, protocol, definitions.protocols[protocol], chosen, selection);
      if (typeof found === 'string') skipped.push({ dataset: dataset.id, protocol, reason: found });
      else cells.push(...found);
    }
  }
  if (!selection.datasets)
    for (const dataset of datasets.filter((d) => d.presence === 'absent'))
      skipped.push(...withoutList(dataset, definitions, selection));
  return { definitions, datasets, methods, cells, skipped };
}

/** Protocols asked for by name whose gene list is not here either: who gets the data should know before. */
function withoutList(
  { id, entry, located }: Unplanned,
  { protocols }: Datasets,
  selection: Selection,
): SkippedProtocol[] {
  if (!selection.protocols) return [];
  return protocolsOf(entry, selection).flatMap((protocol) => {
    const reason = geneListObstacle(located, protocol, protocols[protocol]);
    return reason === undefined ? [] : [{ dataset: id, protocol, reason }];
  });
}

type Unplanned = Omit<PlannedDataset, 'active'>;

function chooseDatasets(workspace: Workspace, definitions: Datasets, selection: Selection): PlannedDataset[] {
  const all = Object.entries(definitions.datasets).map(([id, entry]) => {
    const located = locateDataset(workspace, id, entry);
    return { id, entry, located, presence: presence(located, entry) };
  });
  const anyReal = all.some((d) => !d.entry.synthetic && d.presence === 'ready');
  return all.map((d) => {
    if (selection.datasets?.includes(d.id) && d.presence === 'absent')
      throw absent(d, withoutList(d, definitions, selection));
    const active = selection.datasets
      ? selection.datasets.includes(d.id)
      : d.entry.synthetic
        ? !anyReal
        : d.presence === 'ready' && !twinPresent(d.entry, all);
    return { ...d, active };
  });
}

/** Whether the same sections are here under another data set's name, which is the one that runs. */
function twinPresent({ sameSectionsAs }: DatasetEntry, all: readonly Unplanned[]): boolean {
  return all.some(({ id, presence: state }) => id === sameSectionsAs?.dataset && state === 'ready');
}

/** @throws SpotbenchError `bad-config` when the same sections are selected under two names: a table would count them twice. */
function refuseTwins(datasets: readonly PlannedDataset[]): void {
  for (const { id, entry } of datasets.filter(({ active }) => active)) {
    const twin = datasets.find((d) => d.active && d.id === entry.sameSectionsAs?.dataset);
    if (twin)
      throw new SpotbenchError(
        'bad-config',
        `data sets ${twin.id} and ${id} are the same sections and cannot count as independent; run one at a time (${entry.sameSectionsAs!.note})`,
      );
  }
}

function absent(
  { located: { id, root, present, missing }, entry }: Unplanned,
  lists: readonly SkippedProtocol[],
): SpotbenchError {
  const first = missing[0];
  return new SpotbenchError(
    'missing-data',
    `data set ${id}: needs at least two sections with counts, spots and image, found ${present.length} below ${root}` +
      (first ? ` (${first.id}: ${first.reason})` : '') +
      `; ${howToGet(id, entry)}` +
      lists.map(({ protocol, reason }) => `\n${protocol} lacks more: ${reason}`).join(''),
  );
}

/** Protocols to run on a data set: those asked for that it has, else its default ones. */
export function protocolsOf(entry: DatasetEntry, selection: Selection): string[] {
  if (!selection.protocols) return entry.protocols;
  return [...entry.protocols, ...entry.optionalProtocols].filter((p) => selection.protocols!.includes(p));
}

/** The cells of one protocol on one data set, or why there can be none. */
function cellsOf(
  dataset: PlannedDataset,
  protocolId: string,
  protocol: ProtocolEntry,
  methods: readonly MethodEntry[],
  selection: Selection,
): Cell[] | string {
  const variants = variantsOf(selection);
  const folds = plannedFolds(dataset, protocolId, protocol);
  if (typeof folds === 'string') return folds;
  const chosenFolds = folds.filter((f) => selection.folds?.includes(f) ?? true);
  return variants.flatMap(({ regime, encoder }) =>
    methods
      .filter((method) => runsIn(regime)(method) && hasCellsIn(method, dataset.id, protocolId))
      .flatMap((method) =>
        chosenFolds.flatMap((fold) =>
          seedsOf(method, dataset.entry, selection).map((seed) => {
            const place = { dataset: dataset.id, protocol: protocolId, regime, encoder };
            const cell = { ...place, method: method.name, fold, seed };
            return { ...cell, id: cellId(cell) };
          }),
        ),
      ),
  );
}

/** Regimes, each with its encoders, that a selection asks for. */
function variantsOf({ regimes = ['frozen'], encoders, fromScratch }: Selection): Pick<Cell, 'regime' | 'encoder'>[] {
  return regimes.flatMap((regime) =>
    (regime === 'frozen' ? (encoders ?? [DEFAULT_ENCODER]) : [fromScratch ? SCRATCH : PRETRAINED]).map((encoder) => ({
      regime,
      encoder,
    })),
  );
}

const runsIn = (regime: Cell['regime']) => (method: MethodEntry) =>
  regime === 'frozen' || method.finetune !== undefined;

/** Submitted predictions are of one data set and protocol. */
const hasCellsIn = ({ only }: MethodEntry, dataset: string, protocol: string): boolean =>
  only === undefined || (only.dataset === dataset && only.protocol === protocol);

/** @throws SpotbenchError `bad-config` when no method trains an image encoder; `missing-data` without the weights it starts from. */
function checkFinetune(workspace: Workspace, methods: readonly MethodEntry[], selection: Selection): void {
  if (!selection.regimes?.includes('finetune')) return;
  const trained = methods.filter(runsIn('finetune'));
  if (trained.length === 0) {
    throw new SpotbenchError(
      'bad-config',
      `--regime finetune: none of ${methods.map(({ name }) => name).join(', ')} trains an image encoder`,
    );
  }
  if (selection.fromScratch) return;
  const missing = trained
    .flatMap(({ finetune = [] }) => finetune)
    .filter((name) => !existsSync(weightsPath(workspace, name)));
  if (missing.length === 0) return;
  const names = [...new Set(missing)].join(' ');
  throw new SpotbenchError(
    'missing-data',
    `--regime finetune: pretrained weights are not there: ${names}; run npx spotbench weights fetch ${names}, or add --from-scratch`,
  );
}

function seedsOf(method: MethodEntry, entry: DatasetEntry, selection: Selection): readonly number[] {
  return method.seeded ? (selection.seeds ?? entry.seeds) : entry.seeds.slice(0, 1);
}

/**
 * The folds a data set will have, from its list of sections alone. Spot counts do not matter here: the manifest that is used
 * and hashed is made from the data that was read.
 */
function plannedFolds(
  { id, entry, located }: PlannedDataset,
  protocolId: string,
  protocol: ProtocolEntry,
): number[] | string {
  const obstacle = geneListObstacle(located, protocolId, protocol);
  if (obstacle !== undefined) return obstacle;
  const sections = entry.generator ? entry.sections : located.present;
  try {
    const planned = sections.map((s) => ({ section: s.id, patient: s.patient, spotCount: s.spotCount ?? 1 }));
    return splitNamed(splitNameOf(entry, protocolId, protocol), id, entry, planned).folds.map((f) => f.index);
  } catch (error) {
    if (isSpotbenchError(error, 'bad-split')) return error.message;
    throw error;
  }
}
