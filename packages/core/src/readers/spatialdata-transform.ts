import { z } from 'zod';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { badData } from './bad-data.ts';
import { quote } from './delimited-table.ts';
import type { Tree } from './tree.ts';

/** x' = xx x + xy y + x0 and y' = yx x + yy y + y0. */
export interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

const axesSchema = z.array(z.object({ name: z.string() })).transform((axes) => axes.map(({ name }) => name));
const sideSchema = z.object({ name: z.string().optional(), axes: axesSchema.optional() }).optional();

/** A transformation as the metadata of an element has it. */
interface Stored {
  readonly type: string;
  readonly scale?: unknown;
  readonly translation?: unknown;
  readonly affine?: unknown;
  readonly transformations?: readonly Stored[];
  readonly input?: z.infer<typeof sideSchema>;
  readonly output?: z.infer<typeof sideSchema>;
}
const storedSchema: z.ZodType<Stored> = z.lazy(() =>
  z.object({
    type: z.string(),
    scale: z.unknown().optional(),
    translation: z.unknown().optional(),
    affine: z.unknown().optional(),
    transformations: z.array(storedSchema).optional(),
    input: sideSchema,
    output: sideSchema,
  }),
);
const elementSchema = z.object({ coordinateTransformations: z.array(storedSchema).min(1) });
/** Shapes have them among their attributes, images in the first of their multiscales, which zarr 3 has below `ome`. */
const attributesSchema = z.union([
  z
    .object({ ome: z.object({ multiscales: z.tuple([elementSchema], z.unknown()) }) })
    .transform(({ ome }) => ome.multiscales[0]),
  z.object({ multiscales: z.tuple([elementSchema], z.unknown()) }).transform(({ multiscales }) => multiscales[0]),
  elementSchema,
]);

const IDENTITY: Affine = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

/** `second` after `first`. */
export function compose(second: Affine, first: Affine): Affine {
  return {
    xx: second.xx * first.xx + second.xy * first.yx,
    xy: second.xx * first.xy + second.xy * first.yy,
    x0: second.xx * first.x0 + second.xy * first.y0 + second.x0,
    yx: second.yx * first.xx + second.yy * first.yx,
    yy: second.yx * first.xy + second.yy * first.yy,
    y0: second.yx * first.x0 + second.yy * first.y0 + second.y0,
  };
}

/** @throws RangeError when it maps the plane onto a line. */
export function inverse({ xx, xy, x0, yx, yy, y0 }: Affine): Affine {
  const determinant = xx * yy - xy * yx;
  if (!(Math.abs(determinant) > 0)) throw new RangeError('a transformation that has no inverse');
  const [ixx, ixy, iyx, iyy] = [yy, -xy, -yx, xx].map((value) => value / determinant);
  return { xx: ixx, xy: ixy, x0: -(ixx * x0 + ixy * y0), yx: iyx, yy: iyy, y0: -(iyx * x0 + iyy * y0) };
}

/**
 * The transformations of an element (an image or shapes) of a SpatialData store to its coordinate systems, by their names.
 * @throws SpotbenchError `bad-data` when it has none or they are not what they must be, `unsupported` for other types than
 * identity, scale, translation, affine and sequences of them, and for one that mixes x or y with another axis.
 */
export async function readTransformations(element: Tree): Promise<Map<string, Affine>> {
  const keys = ['ome', 'multiscales', 'coordinateTransformations'];
  const attributes = await Promise.all(keys.map(async (key) => [key, await element.attribute('', key)] as const));
  const found = attributesSchema.safeParse(Object.fromEntries(attributes));
  if (!found.success)
    throw badData(element.path, 'needed coordinateTransformations in its metadata, found none to read');
  return new Map(
    found.data.coordinateTransformations.map((one) => [nameOf(one, element.path), affineOf(one, element.path)]),
  );
}

function nameOf({ output }: Stored, where: string): string {
  if (output?.name !== undefined) return output.name;
  throw badData(where, 'needed the name of a coordinate system, found none');
}

function affineOf(stored: Stored, where: string, parent: Stored = stored): Affine {
  const inputs = axesOf(stored.input ?? parent.input, where);
  switch (stored.type) {
    case 'identity':
      return IDENTITY;
    case 'scale': {
      const [x, y] = ofAxes(stored.scale, inputs, where);
      return { ...IDENTITY, xx: x, yy: y };
    }
    case 'translation': {
      const [x, y] = ofAxes(stored.translation, inputs, where);
      return { ...IDENTITY, x0: x, y0: y };
    }
    case 'affine':
      return ofMatrix(stored.affine, inputs, axesOf(stored.output ?? parent.output, where), where);
    case 'sequence':
      return (stored.transformations ?? []).reduce(
        (before, next) => compose(affineOf(next, where, stored), before),
        IDENTITY,
      );
    default:
      throw unsupported(where, `a transformation of type ${quote(stored.type)}`);
  }
}

function axesOf(side: Stored['input'], where: string): string[] {
  const names = side?.axes ?? [];
  if (names.includes('x') && names.includes('y')) return names;
  throw badData(where, `needed a transformation with axes x and y, found ${names.join(', ') || 'none'}`);
}

function ofAxes(values: unknown, axes: readonly string[], where: string): [x: number, y: number] {
  const numbers = numbersOf(values, axes.length, where);
  return [numbers[axes.indexOf('x')], numbers[axes.indexOf('y')]];
}

function ofMatrix(matrix: unknown, inputs: readonly string[], outputs: readonly string[], where: string): Affine {
  if (!Array.isArray(matrix) || matrix.length < outputs.length)
    throw badData(where, `needed an affine matrix of ${outputs.length} rows`);
  const row = (axis: string): { x: number; y: number; one: number } => {
    const values = numbersOf((matrix as unknown[])[outputs.indexOf(axis)], inputs.length + 1, where);
    const other = inputs.find((name, i) => name !== 'x' && name !== 'y' && values[i] !== 0);
    if (other !== undefined) throw unsupported(where, `an affine transformation that mixes ${axis} with ${other}`);
    return { x: values[inputs.indexOf('x')], y: values[inputs.indexOf('y')], one: values[inputs.length] };
  };
  const [x, y] = [row('x'), row('y')];
  return { xx: x.x, xy: x.y, x0: x.one, yx: y.x, yy: y.y, y0: y.one };
}

function numbersOf(values: unknown, length: number, where: string): number[] {
  if (Array.isArray(values) && values.length === length && values.every((value) => Number.isFinite(value)))
    return values as number[];
  throw badData(where, `needed ${length} numbers of a transformation, found ${quote(JSON.stringify(values))}`);
}

function unsupported(where: string, what: string): SpotbenchError {
  return new SpotbenchError(
    'unsupported',
    `${where}: ${what}, which is not read; transform the element to its image with spatialdata and write it again`,
  );
}
