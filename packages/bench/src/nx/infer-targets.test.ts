import { afterEach, describe, expect, it } from 'vitest';
import { SELECTION_VARIABLE } from '../plan/selection.ts';
import { findWorkspace } from '../workspace/workspace.ts';
import { inferTargets } from './infer-targets.ts';

const { root } = findWorkspace();
const data = process.env.SPOTBENCH_DATA;
afterEach(() => {
  process.env[SELECTION_VARIABLE] = '';
  if (data !== undefined) process.env.SPOTBENCH_DATA = data;
});

function projects() {
  delete process.env.SPOTBENCH_DATA;
  return inferTargets(['datasets.json'], root)[0][1].projects;
}

describe('inferTargets', () => {
  it('infers data, feature and cell targets that depend on one another', () => {
    const { 'packages/bench': bench, 'packages/mclstexp': mclstexp } = projects();
    expect(Object.keys(bench.targets)).toEqual(
      expect.arrayContaining(['all', 'report', 'plan', 'doctor', 'data--demo', 'features--demo--handcrafted']),
    );
    expect(bench.targets['features--demo--handcrafted'].dependsOn).toEqual(['data--demo']);
    const cell = mclstexp.targets['cell--demo--patient-out--frozen--fold2--seed0'];
    expect(cell.dependsOn).toEqual([{ projects: ['@spotbench/bench'], target: 'features--demo--handcrafted' }]);
    expect(cell.command).toMatch(/spotbench.mjs cell demo--patient-out--frozen--mclstexp--fold2--seed0$/);
    expect(cell.outputs).toEqual(['{workspaceRoot}/.spotbench/runs/demo--patient-out--frozen--mclstexp--fold2--seed0']);
    expect(mclstexp.targets.bench.dependsOn).toContain('cell--demo--patient-out--frozen--fold2--seed0');
  });

  it("makes a cell depend on its own method's code only", () => {
    const { 'packages/controls': controls } = projects();
    const inputs = JSON.stringify(controls.targets['cell--ridge--demo--patient-out--frozen--fold0--seed0'].inputs);
    expect(inputs).toContain('packages/controls/src/ridge.ts');
    expect(inputs).toContain('packages/core/src/**/*.ts');
    expect(inputs).not.toMatch(/mclstexp|controls\/src\/zeros/);
  });

  it('makes a cell depend on the engine where its method computes on one', () => {
    const { 'packages/controls': controls, 'packages/mclstexp': mclstexp } = projects();
    const variables = [{ env: 'SPOTBENCH_ENGINE' }, { env: 'SPOTBENCH_DEVICE' }];
    const cell = mclstexp.targets['cell--demo--patient-out--frozen--fold2--seed0'];
    expect(cell.inputs).toEqual(expect.arrayContaining(variables));
    const control = controls.targets['cell--ridge--demo--patient-out--frozen--fold0--seed0'];
    expect(control.inputs).not.toEqual(expect.arrayContaining(variables));
  });

  it('keeps to the selection that `spotbench run` passes on', () => {
    process.env[SELECTION_VARIABLE] = JSON.stringify({ methods: ['ridge'], protocols: ['slide-out'], folds: [1] });
    const { 'packages/controls': controls, 'packages/mclstexp': mclstexp } = projects();
    expect(controls.targets.bench.dependsOn).toEqual(['cell--ridge--demo--slide-out--frozen--fold1--seed0']);
    expect(mclstexp.targets.bench.dependsOn).toEqual([]);
  });
});
