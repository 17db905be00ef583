import { badData } from './bad-data.ts';

/** A place on the spot array, rounded to whole columns and rows. */
export interface ArrayCoordinate {
  readonly x: number;
  readonly y: number;
  /** `10x14`: the name by which counts and spots are joined. */
  readonly key: string;
  /** True when rounding moved it: some pipelines write measured positions such as `10.02x13.97`. */
  readonly moved: boolean;
}

/** Rounds to the nearest whole number, halves up, never to minus zero. */
export function arrayCoordinate(x: number, y: number): ArrayCoordinate {
  const [column, row] = [Math.round(x) + 0, Math.round(y) + 0];
  return { x: column, y: row, key: `${column}x${row}`, moved: column !== x || row !== y };
}

const SPOT_ID = /^(-?\d+(?:\.\d+)?)x(-?\d+(?:\.\d+)?)$/;

/** Parses a spot id, column `x` row. @throws SpotbenchError `bad-data` when it is not of that form. */
export function parseSpotId(id: string, where: string): ArrayCoordinate {
  const match = SPOT_ID.exec(id);
  if (!match)
    throw badData(
      where,
      `needed a spot id like 10x14, found ${JSON.stringify(id)}`,
      'write the table spots x genes, its rows named by array column x row',
    );
  return arrayCoordinate(Number(match[1]), Number(match[2]));
}
