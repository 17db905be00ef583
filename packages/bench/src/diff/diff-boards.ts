import type { ComparedBoard, ComparedRanking, ComparedRow } from './load-results.ts';

/** A value before and after. */
export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

export interface NumberChange extends Change<number | null> {
  /** As `spotbench explain` takes it. */
  readonly address: string;
  /** to - from; null where one of them is undefined. */
  readonly by: number | null;
}

export interface NamedChange extends Change<string | null> {
  readonly what: string;
}

/** How two result sets differ in one ranking. */
export interface RankingDiff {
  readonly ranking: string;
  /** False when the protocol, the data or the split is another: then its numbers do not answer the same question. */
  readonly comparable: boolean;
  readonly addedRows: readonly string[];
  readonly removedRows: readonly string[];
  readonly hashes: readonly NamedChange[];
  readonly ranks: readonly (Change<number | null> & { readonly method: string })[];
  /** Largest first. */
  readonly numbers: readonly NumberChange[];
}

/** How two result sets differ. */
export interface ResultsDiff {
  readonly addedRankings: readonly string[];
  readonly removedRankings: readonly string[];
  /** Rankings in both that differ in anything, the largest change of a number first. */
  readonly changed: readonly RankingDiff[];
  readonly unchanged: number;
}

/** Compares two leaderboards by name: rankings, rows, numbers, and what the numbers rest on. */
export function diffBoards(a: ComparedBoard, b: ComparedBoard): ResultsDiff {
  const [before, after] = [byName(a), byName(b)];
  const both = [...before.keys()].filter((name) => after.has(name));
  const diffs = both.map((name) => diffRankings(name, before.get(name)!, after.get(name)!));
  const changed = diffs.filter(differs).sort((x, y) => size(y.numbers[0]) - size(x.numbers[0]));
  return {
    addedRankings: [...after.keys()].filter((name) => !before.has(name)),
    removedRankings: [...before.keys()].filter((name) => !after.has(name)),
    changed,
    unchanged: diffs.length - changed.length,
  };
}

function byName({ rankings }: ComparedBoard): Map<string, ComparedRanking> {
  return new Map(rankings.map((r) => [`${r.dataset}/${r.protocol}/${r.regime}`, r]));
}

function differs({ addedRows, removedRows, hashes, ranks, numbers }: RankingDiff): boolean {
  return [addedRows, removedRows, hashes, ranks, numbers].some((list) => list.length > 0);
}

/** Hashes that decide which question a ranking answers. */
const QUESTION = ['protocol', 'dataset', 'split'] as const;

function diffRankings(ranking: string, a: ComparedRanking, b: ComparedRanking): RankingDiff {
  const [before, after] = [a, b].map(({ rows }) => new Map(rows.map((row) => [row.method, row])));
  const both = [...before.keys()].filter((method) => after.has(method));
  const rows = both.map((method) => [method, before.get(method)!, after.get(method)!] as const);
  const question = QUESTION.flatMap((what) => change(what, a.hashes[what], b.hashes[what]));
  const ranks = rows.filter(([, x, y]) => x.rank !== y.rank);
  return {
    ranking,
    comparable: question.length === 0,
    addedRows: [...after.keys()].filter((method) => !before.has(method)),
    removedRows: [...before.keys()].filter((method) => !after.has(method)),
    hashes: [
      ...question,
      ...change('features', a.hashes.features, b.hashes.features),
      ...rows.flatMap(([method, x, y]) => rowChanges(method, x, y)),
    ],
    ranks: ranks.map(([method, x, y]) => ({ method, from: x.rank, to: y.rank })),
    numbers: rows
      .flatMap(([method, x, y]) => numberChanges(`${ranking}/${method}`, x, y))
      .sort((x, y) => size(y) - size(x) || (x.address < y.address ? -1 : 1)),
  };
}

function change(what: string, from: string | null | undefined, to: string | null | undefined): NamedChange[] {
  return (from ?? null) === (to ?? null) ? [] : [{ what, from: from ?? null, to: to ?? null }];
}

function rowChanges(method: string, { version: v, provenance: p }: ComparedRow, to: ComparedRow): NamedChange[] {
  const { version, provenance: q } = to;
  return [
    ...change(`${method}: version`, v, version),
    ...change(`${method}: code`, p.codeHash, q.codeHash),
    ...change(`${method}: configuration`, p.configHash, q.configHash),
    ...change(`${method}: panels`, p.panelHashes?.join(' '), q.panelHashes?.join(' ')),
    ...change(`${method}: commits`, p.commits?.join(' '), q.commits?.join(' ')),
  ];
}

function numberChanges(row: string, a: ComparedRow, b: ComparedRow): NumberChange[] {
  const [before, after] = [valuesOf(a), valuesOf(b)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) => {
    const [from, to] = [before.get(name) ?? null, after.get(name) ?? null];
    if (from === to) return [];
    return [{ address: `${row}/${name}`, from, to, by: from === null || to === null ? null : to - from }];
  });
}

function valuesOf({ scores }: ComparedRow): Map<string, number | null> {
  return new Map(
    Object.entries(scores).flatMap(([set, metrics]) =>
      Object.entries(metrics).map(([metric, { value }]) => [`${set}/${metric}`, value] as const),
    ),
  );
}

/** A number that appears or goes is the largest change there is. */
function size(number: NumberChange | undefined): number {
  if (number === undefined) return 0;
  return number.by === null ? Infinity : Math.abs(number.by);
}
