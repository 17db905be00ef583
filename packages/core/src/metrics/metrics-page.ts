import { conventions, type Convention } from './conventions.ts';
import { HEADLINE_AVERAGING, HEADLINE_POLICY } from './headline.ts';
import { MIN_SPOTS, type Metric } from './metric.ts';
import { metrics } from './metrics.ts';
import { similarities } from '../similarity/similarities.ts';
import type { Similarity } from '../similarity/similarity.ts';

/** docs/metrics.md, generated from the records so that the page cannot drift from what is computed. */
export function metricsPage(): string {
  const sections = [
    '# Metrics',
    'This page is generated from the records in `packages/core/src/metrics` and `packages/core/src/similarity`; a test fails when the two differ.',
    'In the formulas t is the measured expression and p the prediction, both in the units of the protocol, over the n spots of a section (or the genes of a spot).',
    ...metrics.map(metricSection),
    '## Undefined values',
    undefinedTable(),
    'A score that is not defined is null with one of these reasons; NaN appears in no file. A prediction is called constant when its range is at most 2^-19 of its largest absolute value, 16 units in the last place of float32: a method that outputs one number may return it with rounding noise, and that noise has no meaningful correlation. The truth is constant only when all values are exactly equal.',
    'A prediction with a missing, extra, repeated or non-finite spot is rejected as a whole; spots are never trimmed.',
    '## The headline',
    `${capital(HEADLINE_AVERAGING)}; ${HEADLINE_POLICY}.`,
    'Other conventions are computed from the same rows, so that a table can show how far a rank depends on the choice:',
    table(['Name', 'Undefined genes', 'Genes of a section', 'Sections'], conventions.map(conventionRow)),
    'Pooled numbers (spots of all sections in one column) and per-spot numbers are computed from the stored predictions. Both mostly reward knowing the average of each section or gene, so they stand beside the constant control.',
    '## Similarities of whole sections',
    similarityIntroduction,
    ...similarities.map(similaritySection),
    '## Intervals and comparisons',
    uncertainty.join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}

const uncertainty = [
  '- Interval: hierarchical bootstrap, 1,000 draws: patients with replacement, sections within each drawn patient, and genes. Genes are crossed with sections: one resample of genes serves all sections of a draw. Expanded percentiles (Hesterberg 2015) allow for few patients; below 6 patients even these cover less than they say, and the table says so.',
  '- Seeds are averaged before anything is resampled; their standard deviation is a column of its own.',
  '- Two methods are compared on the same patients, sections and genes under the same resamples.',
  "- Tests are exact Wilcoxon signed-rank tests over patients with Holm's correction over all pairs. With n patients the smallest two-sided p is 2^(1-n): with fewer than 6 patients nothing is called significant.",
  '- Tie groups: a method joins the group of a better one unless the paired interval of their difference excludes 0; these intervals hold for all pairs at once (single-step maxT).',
  "- Critical difference: methods by their average rank over patients, with Nemenyi's critical difference and Friedman's test by permutation (Demsar 2006). With fewer than 6 patients there is none, and the table says so.",
  '- Controls first: without scores of zeros, training-mean, noise, position-only, library-size, nearest-neighbours, ridge and oracle a table ranks nobody. A method below position-only, below ridge, or not told apart from ridge is marked.',
  '- Scaled scores, (value - training-mean) / (oracle - training-mean), stand beside raw ones and are never ranked by; null where the oracle is not above the training mean.',
];

const similarityIntroduction =
  'Derived from stored predictions by the report, not by cells; beside the score in leaderboard.json (`similarities`), never ranked by. A section has one number, then the mean over sections of a patient and over patients, seeds averaged. A section whose prediction has nothing to compare (`constant_pred`) counts 0; other undefined ones are left out. All are computed against scikit-learn, scikit-image, esda and NumPy in a test.';

function similaritySection({
  name,
  title,
  formula,
  range,
  direction,
  genes,
  undefinedMeans,
  reference,
}: Similarity): string {
  return [
    `### ${title} (\`${name}\`)`,
    `$$${formula}$$`,
    [
      `- Genes: ${genes === 'ranking set' ? 'those of the set that the table ranks by (HVG-50)' : 'all that are predicted'}`,
      `- Range: ${range[0] ?? 'no lower bound'} to ${range[1] ?? 'no upper bound'}, ${direction}`,
      `- Undefined: ${undefinedMeans}`,
      `- Reference: ${reference}`,
    ].join('\n'),
  ].join('\n\n');
}

function metricSection(metric: Metric): string {
  const [least, most] = metric.range;
  return [
    `## ${metric.title} (\`${metric.name}\`)`,
    `$$${metric.formula}$$`,
    [
      `- Describes: ${metric.scope}`,
      `- Range: ${least ?? 'no lower bound'} to ${most ?? 'no upper bound'}, ${metric.direction}`,
      `- Unit: ${metric.unit}`,
      `- Ties: ${metric.ties}`,
      `- Undefined: ${metric.undefinedMeans}`,
      `- Reference: ${metric.reference}`,
    ].join('\n'),
  ].join('\n\n');
}

function undefinedTable(): string {
  return table(
    ['Reason', 'Meaning', 'In the headline'],
    [
      ['`too_few`', `fewer than ${MIN_SPOTS} spots: two points always correlate by 1 or -1`, 'left out, counted'],
      ['`constant_truth`', 'the gene does not vary in the section', 'left out, counted'],
      ['`missing_by_method`', 'the method returned no column for the gene', '0, counted'],
      ['`constant_pred`', 'the method predicts the same everywhere', '0, counted'],
      ['`not_measured`', 'a gene of the set that the section does not have', 'left out, counted'],
    ],
  );
}

function conventionRow({ name, policy, overGenes, overSections }: Convention): string[] {
  const policies = { headline: 'as in the headline', drop: 'left out', zero: '0' };
  const sections = { patients: 'mean by patient, then over patients', sections: 'mean', spots: 'weighted by spots' };
  return [`\`${name}\``, policies[policy], overGenes, sections[overSections]];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
