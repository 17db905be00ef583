import { fixed } from '../format.ts';
import type { ConventionRow, ConventionTable } from './compare-conventions.ts';

/** The tables for a terminal: a line a convention, a column a method, best first. */
export function conventionsText(tables: readonly ConventionTable[]): string {
  return tables.map(tableText).join('\n');
}

function tableText(table: ConventionTable): string {
  const { dataset, synthetic, protocol, regime, methods, incomplete, conventions } = table;
  const head = `${dataset}${synthetic ? ' (SYNTHETIC)' : ''}, ${protocol}, ${regime}: one set of predictions, many "PCC"`;
  if (methods.length === 0) return `${head}\n\nNo method has all its cells yet: npx spotbench run\n`;
  const rows = [
    ['', ...methods.map(({ name }) => name), 'tau', 'moved'],
    ...conventions.map((row) => [
      row.title,
      ...methods.map(({ name }) => valueText(row, name)),
      tauText(row),
      row.moved,
    ]),
  ].map((row) => row.map(String));
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join('  '),
  );
  const notes = [
    'Rank of methods in brackets; tau: agreement of their order with the first line; moved: methods with another rank.',
    'Pooled and per-spot numbers mostly reward knowing the average of each section or gene: compare training-mean.',
    ...(incomplete.length > 0 ? [`Left out, for want of cells: ${incomplete.join(', ')}.`] : []),
  ];
  return `${[head, '', ...lines, '', ...notes].map((line) => line.trimEnd()).join('\n')}\n`;
}

function valueText({ values, ranks }: ConventionRow, method: string): string {
  const value = values[method];
  const rank = ranks[method] as number | undefined;
  const text = value === null ? 'n/a' : fixed(value);
  return rank === undefined ? text : `${text} (${rank})`;
}

function tauText({ tau }: ConventionRow): string {
  return tau === null ? '' : tau.toFixed(2);
}
