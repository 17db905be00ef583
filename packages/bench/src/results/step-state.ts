import { canonicalJson, isSpotbenchError, openPatchStore, readManifest, verifyArtefact } from '@spotbench/core';
import { madeFrom } from '../data/build-data.ts';
import { DATA_KIND, openData, type DataMeta } from '../data/data-artefact.ts';
import { isGenerated } from '../data/generate.ts';
import { locateDataset } from '../datasets/locate.ts';
import type { DatasetEntry } from '../datasets/schema.ts';
import { isBuiltIn, userEncoderVersion } from '../features/encoders.ts';
import { FEATURES_KIND, openFeatures } from '../features/features-artefact.ts';
import type { FeaturesPlace } from '../features/features-folder.ts';
import { patchStoreFolder } from '../patches/build-patches.ts';
import type { Plan } from '../plan/plan.ts';
import { stepsOfPlan, type Step } from '../plan/steps.ts';
import { codeHash, encoderCode } from '../registry/code-hash.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What there is of a step's artefact: intact and current, of other inputs (`changes` says which), damaged, or nothing. */
export interface StepState {
  readonly step: Step;
  readonly kind: 'ok' | 'stale' | 'damaged' | 'missing';
  /** Empty when it is `ok`. */
  readonly reason: string;
}

/** Looks at what the cells of a plan read: every byte against its checksum, and what it was made from against what is there now. */
export async function stepStates(workspace: Workspace, plan: Plan): Promise<StepState[]> {
  const states: StepState[] = [];
  for (const step of stepsOfPlan(plan)) states.push(await stepState(workspace, plan, step));
  return states;
}

async function stepState(workspace: Workspace, { definitions }: Plan, step: Step): Promise<StepState> {
  try {
    const reason = await whyAgain(workspace, definitions.datasets[step.dataset], step);
    return reason === undefined ? { step, kind: 'ok', reason: '' } : { step, kind: 'stale', reason };
  } catch (error) {
    if (isSpotbenchError(error, 'missing-data')) return { step, kind: 'missing', reason: 'not made yet' };
    if (isSpotbenchError(error, 'damaged-artefact')) return { step, kind: 'damaged', reason: error.message };
    throw error;
  }
}

/** Why a step has to be done again; undefined where what it left is current and intact. */
function whyAgain(workspace: Workspace, entry: DatasetEntry, step: Step): Promise<string | undefined> {
  if (step.kind === 'data') return whyRead(workspace, step.dataset, entry);
  if (step.kind === 'features') return whyEncoded(workspace, step.place);
  return whyCut(workspace, step.dataset);
}

async function whyRead(workspace: Workspace, id: string, entry: DatasetEntry): Promise<string | undefined> {
  const { folder, meta } = await openData(workspace, id);
  if (entry.generator && !isGenerated(workspace, id, entry.generator)) return 'its generator has changed';
  const now = await madeFrom(workspace, locateDataset(workspace, id, entry), entry);
  if (meta.readerHash !== now.readerHash) return 'code: the reader has changed';
  if (meta.definitionHash !== now.definitionHash) return 'config: its definition in datasets.json has changed';
  if (canonicalJson(meta.sources) !== canonicalJson(now.sources)) return otherSources(meta.sources, now.sources);
  await verifyArtefact(folder, DATA_KIND);
  return undefined;
}

/** `data: 2 files changed: ST-cnts/A1.tsv.gz, ST-cnts/A2.tsv.gz`. */
function otherSources(then: DataMeta['sources'], now: DataMeta['sources']): string {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].sort();
  const other = names.filter((name) => then[name]?.sha256 !== now[name]?.sha256);
  return `data: ${other.length} of its files changed: ${other.slice(0, 5).join(', ')}${other.length > 5 ? ', ...' : ''}`;
}

async function whyEncoded(workspace: Workspace, place: FeaturesPlace): Promise<string | undefined> {
  const { folder, meta } = await openFeatures(workspace, place);
  if (meta.datasetHash !== (await openData(workspace, place.dataset)).manifest.hash) return 'data: it has changed';
  if (meta.encoderHash !== codeHash(workspace, encoderCode(place.encoder))) return "code: the encoder's has changed";
  if (!isBuiltIn(place.encoder) && meta.encoderVersion !== (await userEncoderVersion(workspace, place.encoder)))
    return 'weights: the encoder is another file or version';
  await verifyArtefact(folder, FEATURES_KIND);
  return undefined;
}

async function whyCut(workspace: Workspace, dataset: string): Promise<string | undefined> {
  const folder = patchStoreFolder(workspace, await openData(workspace, dataset));
  await readManifest(folder, 'patches');
  await (await openPatchStore(folder)).close();
  return undefined;
}
