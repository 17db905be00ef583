import { join } from 'node:path';
import { readManifest, writeFileAtomic } from '@spotbench/core';
import { findWorkspace, openData, readPredictions, readSpots, runFolder, RUN_KIND, truthOf } from '@spotbench/bench';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/**
 * Draws docs/spatial-map.svg: measured and predicted expression of one gene on a section that no method was trained on.
 * Usage, after `bench:all` on real data: npx tsx scripts/readme-picture.ts <cell> <section> <gene>
 */
const [cell, section, gene] = process.argv.slice(2);
const workspace = findWorkspace();
const folder = runFolder(workspace, cell);
const manifest = await readManifest(folder, RUN_KIND);
const prediction = (await readPredictions(folder, manifest)).find((p) => p.section === section);
if (!prediction) throw new Error(`${cell} has no prediction of section ${section}`);
const data = await openData(workspace, cell.split('--')[0]);
const spots = await readSpots(data, section);
const truth = await truthOf(workspace, data, cell, section);
const column = prediction.genes.indexOf(gene);
if (column < 0) throw new Error(`${cell} does not predict ${gene}`);
const width = prediction.genes.length;
const panel = (values: Float32Array): { x: number; y: number; value: number }[] =>
  spots.ids.map((_, i) => ({ x: spots.pixelX[i], y: spots.pixelY[i], value: values[i * width + column] }));

/** One map; each has its own scale, for a correlation does not see level and spread. */
const map = (title: string, values: Float32Array): TopLevelSpec => ({
  title,
  width: 260,
  height: 280,
  data: { values: panel(values) },
  mark: { type: 'circle', size: 120, opacity: 1 },
  encoding: {
    x: { field: 'x', type: 'quantitative', axis: null, scale: { zero: false } },
    y: { field: 'y', type: 'quantitative', axis: null, scale: { zero: false, reverse: true } },
    color: { field: 'value', type: 'quantitative', scale: { scheme: 'viridis' }, title: 'ln(1 + per 10,000)' },
  },
});

const spec = {
  config: { view: { stroke: null }, font: 'sans-serif' },
  hconcat: [
    map(`${gene} in ${section}, measured`, truth),
    map(`predicted by ${cell.split('--')[3]}`, prediction.values),
  ],
  resolve: { scale: { color: 'independent' } },
} as TopLevelSpec;
const svg = await new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
await writeFileAtomic(join(workspace.root, 'docs', 'spatial-map.svg'), svg);
