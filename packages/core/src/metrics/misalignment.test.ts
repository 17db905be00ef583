import { expect, it } from 'vitest';
import { summarise } from './headline.ts';
import { scoreSection } from './score-section.ts';

/**
 * An indexing error of published evaluation scripts: undefined correlations are removed from the vector, which is then
 * indexed by gene positions of the full axis, so a panel's score is that of other genes. Here the two panel genes are
 * predicted perfectly and all others backwards, and the first gene is constant.
 */
const genes = ['CONSTANT', 'PANEL1', 'OTHER1', 'PANEL2', 'OTHER2', 'OTHER3'];
const panel = ['PANEL1', 'PANEL2'];
const spotIds = ['a', 'b', 'c', 'd'];
const truth = spotIds.flatMap((_, i) =>
  genes.map((gene, g) => (gene === 'CONSTANT' ? 1 : ((i * (g + 2)) % 5) + i / 8)),
);
const prediction = truth.map((value, k) => (panel.includes(genes[k % genes.length]) ? value : -value));
const rows = scoreSection({
  truth: { spotIds, genes, values: Float32Array.from(truth) },
  prediction: { spotIds, genes, values: Float32Array.from(prediction) },
});

it('the mistake, made on purpose: positions after removal name other genes', () => {
  const compacted = rows.map((row) => row.pcc).filter((pcc) => pcc !== null);
  const mistaken = panel.map((gene) => compacted[genes.indexOf(gene)]);
  expect(mistaken).toEqual([-1, -1]);
});

it('cannot be made by name: the panel scores 1', () => {
  const summary = summarise([{ seed: 0, sections: [{ patient: 'P', section: 'S', rows }] }], { genes: panel });
  expect(summary.value).toBe(1);
  const whole = summarise([{ seed: 0, sections: [{ patient: 'P', section: 'S', rows }] }], { genes });
  expect(whole.value).toBeCloseTo((2 - 3) / 5, 14);
  expect(whole.nUndefined.constant_truth).toBe(1);
});
