import type { Fetched } from './fetch-dataset.ts';
import { formatBytes } from './format-bytes.ts';
import type { PlannedDataset, PlannedFile } from './planned-files.ts';
import { describeSize, sizeOf, type DatasetSummary } from './summary.ts';
import type { Verified } from './verify-dataset.ts';

/** A table: data set, sections that are here, size, how to get it, licence. */
export function describeList(summaries: readonly DatasetSummary[]): string {
  const rows = summaries.map((summary) => [
    summary.dataset,
    summary.access === 'generated'
      ? 'made here'
      : `${summary.sections.present} of ${summary.sections.total} sections here`,
    summary.access === 'generated' ? '' : describeSize(summary),
    summary.access,
    summary.licence,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One line: what is here and what to do next. */
export function describeStatus({ dataset, access, sections, missing, root }: DatasetSummary): string {
  if (access === 'generated') return `${dataset}: made on this machine when it is needed`;
  const here = `${dataset}: ${sections.present} of ${sections.total} sections in ${root}`;
  if (missing.length === 0) return here;
  return `${here}; lacks: ${missing.join(', ')}; npx spotbench data fetch ${dataset}`;
}

/** What would be fetched, from where, and what is here. */
export function describeFetchPlan({ id, entry, root, files }: PlannedDataset, absent: readonly PlannedFile[]): string {
  if (entry.generator) return `${id}: made on this machine; nothing to fetch`;
  if (files.length === 0) return `${id}: datasets.json names no downloads; put its files below ${root}`;
  const lines = absent.map(describeFile);
  const sum = absent.length === 0 ? 'nothing to fetch' : `${absent.length} to fetch, ${describeSize(sizeOf(absent))}`;
  return [`${id}: ${files.length - absent.length} of ${files.length} files in ${root}, ${sum}`, ...lines].join('\n');
}

function describeFile({ file, bytes, access, addresses, unpack, note }: PlannedFile): string {
  const size = bytes === undefined ? 'size unknown' : formatBytes(bytes);
  const [first = 'by hand', ...mirrors] = addresses;
  const from = `${first}${mirrors.length > 0 ? ` and ${mirrors.length} more` : ''}`;
  const password = unpack?.passwordFrom === undefined ? '' : `needs --password, told by ${unpack.passwordFrom}`;
  const extras = [access === 'open' ? '' : access, unpack ? `unpacked (${unpack.kind})` : '', password, note ?? ''];
  return `  ${[file, size, from, ...extras.filter((extra) => extra !== '')].join('  ')}`;
}

/** What a fetch did. */
export function describeFetched(id: string, { root, fetched, present }: Fetched): string {
  return `${id}: ${fetched.length} files fetched, ${present} were here, in ${root}`;
}

/** What was found, every bad file by name. */
export function describeVerified({ dataset, root, right, wrong, missing, unknown }: Verified): string {
  const lines = [
    `${dataset}: ${right} files right, ${wrong.length} wrong, ${missing.length} missing, ${unknown.length} of unknown hash, in ${root}`,
    ...wrong.map(({ path, problem }) => `  wrong: ${path}: ${problem}`),
    ...missing.map((path) => `  missing: ${path}`),
  ];
  if (unknown.length > 0) lines.push(`  unknown: ${unknown.join(', ')}`);
  if (wrong.length + missing.length > 0)
    lines.push(`  ${wrong.length > 0 ? 'move wrong files away, then ' : ''}run npx spotbench data fetch ${dataset}`);
  return lines.join('\n');
}
