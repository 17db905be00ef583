import type { HostArrays } from '../host-array.ts';
import { trainableNames } from '../layers/parameter.ts';
import type { GoldenModel } from './golden-adapter.ts';
import { l2Norm } from './golden-errors.ts';
import type { ErrorSpread, GoldenFile } from './golden-file.ts';
import { probe } from './golden-formula.ts';
import { comparedRow, missingRow, type GoldenRow } from './golden-row.ts';

interface NamedError {
  readonly name: string;
  readonly error: number;
}

/** Norm and probe of every gradient over the expected norm: median, 99th percentile and largest over the parameters. */
export function gradientRows(golden: GoldenFile, model: GoldenModel, found: HostArrays): GoldenRow[] {
  const expected = Object.entries(golden.gradients).flatMap(([name, g]) => (g === null ? [] : [{ name, ...g }]));
  const largest = Math.max(0, ...expected.map(({ l2 }) => l2));
  const compared = expected.filter(({ name }) => Object.hasOwn(found, name));
  const norms = compared.map(({ name, l2 }) => ({
    name,
    error: Math.abs(l2Norm(found[name]) - l2) / scaleOf(l2, largest),
  }));
  const probes = compared.map(({ name, l2, probe: wanted }) => ({
    name,
    error: Math.abs(probe(name, found[name].data) - wanted) / scaleOf(l2, largest),
  }));
  return [
    ...spreadRows('gradient_l2', norms, golden),
    ...spreadRows('gradient_probe_over_l2', probes, golden),
    ...unmatched(golden, model, found),
  ];
}

/** A gradient that is zero but for rounding (a bias before a batch norm) is held to a thousandth of the largest norm. */
function scaleOf(norm: number, largest: number): number {
  return norm > 1e-9 * largest ? norm : 1e-3 * largest;
}

function unmatched({ gradients }: GoldenFile, { parameters }: GoldenModel, found: HostArrays): GoldenRow[] {
  const inFile = Object.entries(gradients).flatMap(([name, expected]) => {
    const has = Object.hasOwn(found, name);
    if (expected === null && has) return [missingRow(`gradients.${name}`, 'null in the file, but trained here')];
    if (expected !== null && !has) return [missingRow(`gradients.${name}`, 'no trainable parameter of this model')];
    return [];
  });
  const extra = trainableNames(parameters).filter((name) => !Object.hasOwn(gradients, name));
  return [...inFile, ...extra.map((name) => missingRow(`gradients.${name}`, 'trained here, not in the file'))];
}

function spreadRows(
  value: 'gradient_l2' | 'gradient_probe_over_l2',
  errors: readonly NamedError[],
  golden: GoldenFile,
): GoldenRow[] {
  if (errors.length === 0) return [];
  const sorted = [...errors].sort((a, b) => nanLast(a.error, b.error));
  const figures = golden.peer[value];
  return QUANTILES.map(([part, share]) => {
    const at = sorted[Math.ceil(share * (sorted.length - 1))].name;
    return comparedRow(`${value} ${part}`, quantile(sorted, share), figures?.[part] ?? null, at);
  });
}

const QUANTILES: readonly (readonly [keyof ErrorSpread, number])[] = [
  ['median', 0.5],
  ['p99', 0.99],
  ['max', 1],
];

/** Linear between the two nearest, as numpy's. */
function quantile(sorted: readonly NamedError[], share: number): number {
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)].error, sorted[Math.ceil(place)].error];
  return low + (high - low) * (place % 1);
}

/** NaN is the worst error of all. */
function nanLast(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}
