import type { Graph } from './graph.ts';
import { dense, logicalDims, range, reshapeTo, sameList, sizeOf, type Value } from './value.ts';

/** A run of input axes that becomes a run of output axes of the same total size; axes of size 1 belong to no group. */
interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * Reshapes without transposing where it can: the reshape is cut into the smallest groups of axes of equal size, and if
 * each group lies together and in order in storage, its storage is reshaped in place and pending broadcasts stay pending.
 * NHWC feature maps kept as NCHW so become [B, H*W, C] tokens for free. Otherwise the array is first laid out plainly.
 */
export function reshape(graph: Graph, value: Value, shape: readonly number[]): Value {
  if (sameList(value.shape, shape)) return value;
  if (sizeOf(value.shape) !== sizeOf(shape)) {
    throw new Error(`reshape: sizes must agree, got [${value.shape.join(', ')}] and [${shape.join(', ')}]`);
  }
  if (value.stored.length === 0) return { ...value, shape, order: range(shape.length) };
  return reshapeInPlace(graph, value, shape) ?? reshapePlainly(graph, value, shape);
}

function reshapePlainly(graph: Graph, value: Value, shape: readonly number[]): Value {
  const flat = dense(graph, value);
  const name = reshapeTo(graph, flat.name, flat.stored, shape);
  return { ...flat, name, shape, order: range(shape.length), stored: shape };
}

function reshapeInPlace(graph: Graph, value: Value, shape: readonly number[]): Value | undefined {
  if (sizeOf(shape) === 0) return undefined;
  const groups = groupsInStorage(value, alignAxes(value.shape, shape));
  if (groups === undefined) return undefined;
  const order = withUnitAxes(
    groups.flatMap((group) => group.to),
    shape,
  );
  const sizes = new Map(groups.flatMap((group) => storedSizes(value, group, shape)));
  const stored = order.map((axis) => sizes.get(axis) ?? 1);
  return { ...value, name: reshapeTo(graph, value.name, value.stored, stored), shape, order, stored };
}

/** Cuts two shapes of equal size into the smallest groups of equal products. */
function alignAxes(from: readonly number[], to: readonly number[]): Group[] {
  const [left, right] = [properAxes(from), properAxes(to)];
  const groups: Group[] = [];
  while (left.length > 0) {
    const group = { from: [left.shift()!], to: [right.shift()!] };
    let surplus = from[group.from[0]] / to[group.to[0]];
    while (surplus !== 1) {
      const short = surplus < 1 ? { axes: group.from, rest: left } : { axes: group.to, rest: right };
      const axis = short.rest.shift()!;
      short.axes.push(axis);
      surplus = sizeOf(group.from.map((a) => from[a])) / sizeOf(group.to.map((a) => to[a]));
    }
    groups.push(group);
  }
  return groups;
}

const properAxes = (shape: readonly number[]): number[] => range(shape.length).filter((axis) => shape[axis] !== 1);

/** The groups in the order they are stored, or undefined where one is scattered, out of order or half broadcast. */
function groupsInStorage(value: Value, groups: readonly Group[]): Group[] | undefined {
  const axes = value.order.filter((axis) => value.shape[axis] !== 1);
  const sizes = logicalDims(value);
  const result: Group[] = [];
  for (let position = 0; position < axes.length; position += result.at(-1)!.from.length) {
    const group = groups.find((candidate) => candidate.from[0] === axes[position]);
    if (!group || !sameList(axes.slice(position, position + group.from.length), group.from)) return undefined;
    const pending = group.from.filter((axis) => sizes[axis] === 1).length;
    if (pending !== 0 && pending !== group.from.length) return undefined;
    result.push(group);
  }
  return result;
}

/** [output axis, stored size] of one group: its full sizes, or 1s while its broadcast is pending. */
function storedSizes(value: Value, group: Group, shape: readonly number[]): [number, number][] {
  const pending = logicalDims(value)[group.from[0]] === 1;
  return group.to.map((axis) => [axis, pending ? 1 : shape[axis]]);
}

/** Puts each axis of size 1 right after the axis before it, so that an order without permutation stays one. */
function withUnitAxes(order: readonly number[], shape: readonly number[]): number[] {
  const result = [...order];
  for (const axis of range(shape.length)) {
    if (shape[axis] === 1) result.splice(axis === 0 ? 0 : result.indexOf(axis - 1) + 1, 0, axis);
  }
  return result;
}
