import { lookUp } from '@spotbench/core';
import { loadDatasets } from '../datasets/load.ts';
import { createProgressBar } from '../progress/progress-bar.ts';
import { runStep } from '../results/step-failure.ts';
import { findWorkspace } from '../workspace/workspace.ts';
import { buildPatches } from './build-patches.ts';

/** Cuts a data set's patches and says what was cut. */
export async function cutPatches(id: string, json: boolean): Promise<void> {
  const workspace = findWorkspace();
  const entry = lookUp('data set', id, loadDatasets(workspace).datasets);
  const bar = createProgressBar(`patches ${id}`);
  try {
    const { store, reused } = await runStep(workspace, `patches--${id}`, () =>
      buildPatches(workspace, id, entry, (done, total) => {
        bar.update(done, total, 'patches');
      }),
    );
    bar.stop();
    const patches = store.sections.reduce((sum, { rows }) => sum + Object.values(rows).reduce((s, n) => s + n, 0), 0);
    const summary = { dataset: id, sections: store.sections.length, patches, hash: store.hash, reused };
    await store.close();
    const done = reused ? 'unchanged' : 'cut';
    process.stdout.write(
      json
        ? `${JSON.stringify(summary)}\n`
        : `${id}: ${patches} patches of ${summary.sections} sections, ${done} (${store.hash.slice(0, 12)})\n`,
    );
  } finally {
    bar.stop();
  }
}
