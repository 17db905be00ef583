/** Fetches a data set; a test kills the process that runs this. Arguments: workspace, a JSON file with the data set's entry. */
import { readFileSync } from 'node:fs';
import type { DatasetEntry } from '../datasets/schema.ts';
import { workspaceAt } from '../workspace/workspace.ts';
import { fetchDataset } from './fetch-dataset.ts';

const [root, definition] = process.argv.slice(2);
const entry = JSON.parse(readFileSync(definition, 'utf8')) as DatasetEntry;
await fetchDataset(workspaceAt(root), 'tiny', entry, { parallel: 1, confirm: () => Promise.resolve() });
