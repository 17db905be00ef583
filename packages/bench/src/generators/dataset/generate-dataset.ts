import { basename, dirname, relative, resolve } from 'node:path';
import { lookUp, SpotbenchError } from '@spotbench/core';
import { z } from 'zod';
import { readSection } from '../../data/read-section.ts';
import { locateFolder } from '../../datasets/locate.ts';
import { datasetsSchema, type DatasetEntry, type Format } from '../../datasets/schema.ts';
import { workspaceAt } from '../../workspace/workspace.ts';
import type { Afterwards, Tree } from '../tree.ts';
import { LAYOUTS, type FoundSection } from './find-sections.ts';
import { insertEntry } from './insert-entry.ts';
import { patientsOf } from './patients.ts';

/** What `nx g @spotbench/bench:dataset` takes. */
export interface DatasetOptions {
  readonly name: string;
  readonly format: string;
  readonly data: string;
  readonly patients?: string;
  readonly matrix?: string;
  readonly title?: string;
  readonly organ?: string;
  readonly licence?: string;
  readonly citation?: string;
}

const FILE = 'datasets.json';

/**
 * Adds a data set to datasets.json: sections as they are in its folder, each read once for its number of spots, and patients as
 * told. No code is written.
 *
 * @throws SpotbenchError `bad-config` for a name that is taken, patients that are not known or an entry that breaks a rule of
 * datasets.json; `missing-data` where the folder has no two sections; as the readers do for files that do not read.
 */
export async function generateDataset(tree: Tree, options: DatasetOptions): Promise<Afterwards> {
  const text = tree.read(FILE, 'utf8') ?? '';
  const definitions = datasetsSchema.parse(JSON.parse(text));
  if (Object.hasOwn(definitions.datasets, options.name))
    throw new SpotbenchError('bad-config', `${FILE}: there is a data set ${options.name} already; choose another name`);
  const entry = await entryOf(options);
  const next = await insertEntry(text, options.name, entry);
  const checked = datasetsSchema.safeParse(JSON.parse(next));
  if (!checked.success)
    throw new SpotbenchError('bad-config', `data set ${options.name}: ${z.prettifyError(checked.error)}`);
  tree.write(FILE, next);
  return () => process.stdout.write(nextSteps(tree.root, options, entry));
}

async function entryOf(options: DatasetOptions): Promise<DatasetEntry> {
  const { name, data, title = name, organ = 'not stated', licence = 'not stated', citation = 'not stated' } = options;
  const folder = resolve(data);
  const layout = lookUp('format', options.format, LAYOUTS);
  const found = layout.find(folder);
  if (found.length < 2)
    throw new SpotbenchError(
      'missing-data',
      `${folder}: needed at least two sections of ${options.format} (${layout.needs}), found ${found.length}`,
    );
  const patients = patientsOf(found, options.patients);
  const several = new Set(patients.values()).size > 1;
  const { files, technology, spotPitchUm, spotDiameterUm } = layout;
  const entry = {
    ...{ title, organ, technology, synthetic: false, licence, citation, spotPitchUm, spotDiameterUm },
    ...(basename(folder) === name ? {} : { folder: basename(folder) }),
    markers: null,
    // Sections of one donor say nothing of another: the name of the protocol has to say so too.
    protocols: several ? ['patient-out', 'slide-out'] : ['section-out-within-donor'],
    optionalProtocols: [],
    seeds: [0, 1, 2],
    format: options.format as Format,
    ...(options.matrix !== undefined && { read: { matrix: options.matrix } }),
    files: { ...files, ...commonFiles(found) },
    sections: found.map(({ id, fill }) => ({ id, patient: patients.get(id)!, spotCount: null, ...(fill && { fill }) })),
  } as unknown as DatasetEntry;
  return { ...entry, sections: await withSpots(entry, folder, layout.needs) };
}

/** Files that all sections name alike. */
function commonFiles(sections: readonly FoundSection[]): FoundSection['files'] {
  const [first] = sections;
  return sections.every(({ files }) => JSON.stringify(files) === JSON.stringify(first.files)) ? first.files : undefined;
}

/** Every section with the number of spots that its reader finds. */
async function withSpots(entry: DatasetEntry, folder: string, needs: string): Promise<DatasetEntry['sections']> {
  const { present, missing } = locateFolder(folder, entry);
  if (missing.length > 0)
    throw new SpotbenchError(
      'missing-data',
      `${folder}: ${missing.map(({ id, reason }) => `section ${id}: ${reason}`).join('; ')}; a section of ${entry.format} is ${needs}`,
    );
  const sections: DatasetEntry['sections'] = [];
  for (const [i, section] of present.entries()) {
    const { spots } = await readSection(entry, section);
    sections.push({ ...entry.sections[i], spotCount: spots.ids.length });
  }
  return sections;
}

function nextSteps(root: string, { name, data }: DatasetOptions, { sections, protocols }: DatasetEntry): string {
  const folder = resolve(data);
  const spots = sections.reduce((sum, { spotCount }) => sum + (spotCount ?? 0), 0);
  const inStore = relative(`${workspaceAt(root).store}/raw`, folder) === basename(folder);
  const where = inStore ? '' : `SPOTBENCH_DATA=${dirname(folder)} `;
  return `
${name}: ${sections.length} sections, ${spots} spots, ${protocols.join(' and ')}. Look at its entry in datasets.json: licence, citation,
organ and spot pitch are the files' to say, not this program's.

  ${where}npx spotbench data read ${name}
  ${where}npx spotbench run --dataset ${name}
`;
}
