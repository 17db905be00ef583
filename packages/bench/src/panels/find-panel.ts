import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parsePanel, readFixedPanel, SpotbenchError, unknownName } from '@spotbench/core';
import { loadDatasets } from '../datasets/load.ts';
import { locateDataset, panelPath } from '../datasets/locate.ts';
import { geneListObstacle } from '../datasets/obstacle.ts';
import type { Datasets } from '../datasets/schema.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { readProtocolPanel } from './protocol-panel.ts';

/** A gene list with what it was asked for by. */
export interface NamedPanel {
  readonly name: string;
  readonly genes: readonly string[];
}

const MARKERS = ':markers';

/**
 * Finds a gene list: a file (JSON list, gene panel, or text with one gene a line), a protocol with a fixed panel, or the
 * markers of a data set (`her2st:markers`).
 *
 * @throws SpotbenchError `unknown-name` naming the nearest; `missing-data` where a protocol's list is not on this machine, with
 * where it goes; `bad-data` where that is another list; `bad-config` when a file is no list of different genes, or a protocol's
 * panel is fitted in each fold.
 */
export async function findPanel(workspace: Workspace, name: string): Promise<NamedPanel> {
  if (existsSync(name) && statSync(name).isFile()) return { name, genes: await readGenes(name) };
  const { protocols, datasets } = loadDatasets(workspace);
  const marked = name.endsWith(MARKERS) ? datasets[name.slice(0, -MARKERS.length)]?.markers : undefined;
  if (marked) return { name, genes: marked.genes };
  if (Object.hasOwn(protocols, name))
    return { name, genes: await protocolGenes(workspace, name, { protocols, datasets }) };
  const withMarkers = Object.entries(datasets).filter(([, { markers }]) => markers !== null);
  throw unknownName('gene list (no such file, protocol or <data set>:markers)', name, [
    ...Object.keys(protocols),
    ...withMarkers.map(([id]) => `${id}${MARKERS}`),
  ]);
}

async function protocolGenes(
  workspace: Workspace,
  name: string,
  { protocols, datasets }: Pick<Datasets, 'protocols' | 'datasets'>,
): Promise<readonly string[]> {
  const { predict } = protocols[name];
  if (!('file' in predict))
    throw new SpotbenchError(
      'bad-config',
      `protocol ${name} has no fixed gene list: its panel is fitted in each fold; give sets.json of a run or a file`,
    );
  const users = Object.entries(datasets).filter(([, d]) => [...d.protocols, ...d.optionalProtocols].includes(name));
  const located = users.map(([id, entry]) => locateDataset(workspace, id, entry));
  const path = located.map((at) => panelPath(at, predict.file)).find((candidate) => existsSync(candidate));
  if (path === undefined) {
    const obstacle = geneListObstacle(located[0], name, protocols[name])!;
    throw new SpotbenchError('missing-data', `protocol ${name} has ${obstacle}`);
  }
  return (await readProtocolPanel(name, predict, path)).genes;
}

async function readGenes(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8');
  if (/^\s*\[/.test(text)) return (await readFixedPanel(path, path)).genes;
  if (/^\s*\{/.test(text)) return parsePanel(parseJson(text, path), path).genes;
  const genes = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const twice = genes.find((gene, i) => genes.indexOf(gene) !== i);
  if (genes.length === 0 || twice !== undefined || genes.some((gene) => /\s/.test(gene)))
    throw new SpotbenchError(
      'bad-config',
      `${path}: needed one gene a line, each once, found ${twice === undefined ? 'something else' : `${twice} twice`}; correct the list`,
    );
  return genes;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SpotbenchError('bad-config', `${path}: not valid JSON; needed a gene panel`, { cause });
  }
}
