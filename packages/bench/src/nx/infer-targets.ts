import { dataFolder } from '../data/data-artefact.ts';
import { isBuiltIn } from '../features/encoders.ts';
import { featuresFolder, featuresStep, type FeaturesPlace } from '../features/features-folder.ts';
import { regimeLabel, type Cell } from '../plan/cell-id.ts';
import { DEVICE_VARIABLE, ENGINE_VARIABLE } from '../plan/engine-request.ts';
import { patchesFolder } from '../patches/patches-folder.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import { dataStep, featuresNeeded, patchesStep, stepsOfCell } from '../plan/steps.ts';
import { PRECISION_VARIABLE, SMALLER_BATCH_VARIABLE } from '../plan/training-request.ts';
import { selectionFromEnvironment } from '../plan/selection.ts';
import { codeOf, encoderCode, nxInputs } from '../registry/code-hash.ts';
import { packageRoots, usesEngine, type MethodEntry } from '../registry/methods.ts';
import { runFolder } from '../results/run-folder.ts';
import { workspaceAt, type Workspace } from '../workspace/workspace.ts';

/** The part of Nx's target configuration that is used here. */
interface Target {
  readonly executor?: string;
  readonly command?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly dependsOn?: readonly (string | { projects: string[]; target: string })[];
  readonly inputs?: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly outputs?: readonly string[];
  readonly cache?: boolean;
  readonly metadata?: { readonly description: string };
}
type Targets = Record<string, Target>;
interface Project {
  readonly targets: Targets;
}
type Nodes = readonly (readonly [string, { projects: Record<string, Project> }])[];

const BENCH = 'packages/bench';
/** What moves the numbers of a method that runs on the engine. */
const ENGINE_VARIABLES = [ENGINE_VARIABLE, DEVICE_VARIABLE, PRECISION_VARIABLE, SMALLER_BATCH_VARIABLE];
const BENCH_PROJECT = '@spotbench/bench';

/**
 * The task graph is the benchmark: infers a target for every data set, view of its features and cell from datasets.json, the files
 * that are present and the discovered methods.
 *
 * bench:data--D -> bench:features--D--X[--view] -> <method>:cell--D--P--R--foldK--seedS -> <method>:bench; bench:all runs them.
 */
export function inferTargets(files: readonly string[], root: string): Nodes {
  const workspace = workspaceAt(root);
  const plan = makePlan(workspace, selectionFromEnvironment());
  const projects: Record<string, Project> = Object.fromEntries(
    packageRoots(workspace).map((folder) => [folder, { targets: checkTargets(folder) }]),
  );
  Object.assign(projects[BENCH].targets, benchTargets(workspace, plan));
  for (const method of plan.methods) {
    const cells = plan.cells.filter((c) => c.method === method.name);
    // Installed packages and submitted predictions are no projects of the workspace: the bench has their cells.
    const { targets } = projects[method.packageRoot] ?? projects[BENCH];
    for (const cell of cells) targets[cellTarget(method, cell)] = cellDefinition(workspace, method, cell);
    targets.bench = everyCell([
      ...(targets.bench?.dependsOn ?? []),
      ...cells.map((c) => cellTarget(method, c)),
    ] as string[]);
  }
  return [[files[0] ?? 'datasets.json', { projects }]];
}

/** Name of a cell's target on its method's project; packages of several methods put the method's name in it. */
export function cellTarget(method: MethodEntry, cell: Cell): string {
  const place = [cell.dataset, cell.protocol, regimeLabel(cell), `fold${cell.fold}`, `seed${cell.seed}`];
  return ['cell', ...(method.alone ? [] : [method.name]), ...place].join('--');
}

const cli = (args: string): { command: string; options: { cwd: string } } => ({
  command: `node ${BENCH}/bin/spotbench.mjs ${args}`,
  options: { cwd: '{workspaceRoot}' },
});

function benchTargets(workspace: Workspace, plan: Plan): Targets {
  const targets: Targets = {
    all: {
      ...cli('run'),
      cache: false,
      metadata: { description: 'Plan, run every cell, write the tables to results/local.' },
    },
    report: {
      ...cli('report'),
      cache: false,
      metadata: { description: 'Write the tables from the cells that exist.' },
    },
    publish: {
      ...cli('publish'),
      cache: false,
      metadata: { description: 'Verify finished runs on real data and write the committed results.' },
    },
    plan: { ...cli('plan'), cache: false, metadata: { description: 'Show what would run, and what cannot and why.' } },
    doctor: {
      ...cli('doctor'),
      cache: false,
      metadata: { description: 'Check this machine, the data and the configuration.' },
    },
  };
  for (const { id, active } of plan.datasets) {
    if (!active) continue;
    // Raw data is not in git, so Nx cannot hash it: the step itself checks content hashes and does nothing when they hold.
    targets[dataStep(id)] = {
      ...cli(`data read ${id}`),
      cache: false,
      outputs: [output(workspace, dataFolder(workspace, id))],
    };
    if (plan.cells.some((cell) => cell.dataset === id && cell.regime === 'finetune'))
      targets[patchesStep(id)] = patchesDefinition(workspace, id);
    for (const place of featuresNeeded(plan, id)) targets[featuresStep(place)] = featuresDefinition(workspace, place);
  }
  return targets;
}

/** Patches are too many bytes to keep twice, and the step itself sees whether they are still those of the data. */
function patchesDefinition(workspace: Workspace, dataset: string): Target {
  return {
    ...cli(`patches ${dataset}`),
    dependsOn: [dataStep(dataset)],
    cache: false,
    outputs: [output(workspace, patchesFolder(workspace, dataset))],
  };
}

function featuresDefinition(workspace: Workspace, place: FeaturesPlace): Target {
  const { dataset, encoder, view } = place;
  return {
    ...cli(`features ${dataset} --encoder ${encoder}${view === 'patch' ? '' : ` --view ${view}`}`),
    dependsOn: [dataStep(dataset)],
    // A user's encoder is a file that Nx does not see: that step checks for itself, like the data step.
    cache: isBuiltIn(encoder),
    inputs: [...nxInputs(encoderCode(encoder)), artefactsOfDependencies],
    outputs: [output(workspace, featuresFolder(workspace, place))],
  };
}

/** What `nx affected -t test` and `-t lint` run: a package's own tests and lint. */
function checkTargets(folder: string): Targets {
  const target = (command: string): Target => ({
    command,
    options: { cwd: '{workspaceRoot}' },
    cache: true,
    inputs: ['default', '^default'],
  });
  return { test: target(`npx vitest run ${folder}/`), lint: target(`npx eslint ${folder} --max-warnings 0`) };
}

/** The content hashes of what a task reads from the store: data and features are git-ignored, their manifests tell. */
const artefactsOfDependencies = { dependentTasksOutputFiles: '**/manifest.json', transitive: true };

function cellDefinition(workspace: Workspace, method: MethodEntry, cell: Cell): Target {
  return {
    ...cli(`cell ${cell.id}`),
    dependsOn: stepsBefore(method, cell).map((target) => ({ projects: [BENCH_PROJECT], target })),
    cache: true,
    inputs: [
      ...nxInputs(codeOf(method)),
      {
        json: '{workspaceRoot}/datasets.json',
        fields: [`protocols.${cell.protocol}`, `datasets.${cell.dataset}.markers`, `datasets.${cell.dataset}.options`],
      },
      artefactsOfDependencies,
      ...(usesEngine(method) ? ENGINE_VARIABLES.map((env) => ({ env })) : []),
    ],
    outputs: [output(workspace, runFolder(workspace, cell.id))],
  };
}

/** The features of the method's views and no others, or the patches: their manifests are part of the cell's key. */
function stepsBefore(method: MethodEntry, cell: Cell): string[] {
  const [data, ...images] = stepsOfCell(cell, method);
  return images.length > 0 ? images : [data];
}

function everyCell(dependsOn: string[]): Target {
  return {
    executor: 'nx:noop',
    dependsOn,
    cache: false,
    metadata: { description: "Every cell of this package's methods." },
  };
}

function output(workspace: Workspace, folder: string): string {
  return `{workspaceRoot}${folder.slice(workspace.root.length)}`;
}
