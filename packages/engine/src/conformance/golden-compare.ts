import type { HostArrays } from '../host-array.ts';
import { shapeText } from '../host-shape.ts';
import type { GoldenModel } from './golden-adapter.ts';
import { arrayError, leadingCorner, probeError, relativeError } from './golden-errors.ts';
import type { GoldenFile } from './golden-file.ts';
import { gradientRows } from './golden-gradient-rows.ts';
import { knownForward, peerError } from './golden-peer.ts';
import { comparedRow, limitedRow, missingRow, type GoldenRow } from './golden-row.ts';
import type { GoldenRun } from './golden-run.ts';
import { trainingRows } from './golden-training-rows.ts';

/**
 * Every value of a golden file beside what a model computed: arrays by their largest error over their largest magnitude,
 * probes by their error over the norm of what is probed, losses, terms and norms by their relative error. Nothing is passed
 * over: what cannot be compared is a row that says so.
 */
export function compareGolden(golden: GoldenFile, model: GoldenModel, run: GoldenRun): GoldenRow[] {
  return [
    ...arrayRows(golden, run.forward),
    ...probeRows(golden, run.forward),
    comparedRow('loss', relativeError(run.loss, golden.loss), peerError(golden, 'loss')),
    ...termRows(golden, run.terms),
    ...gradientRows(golden, model, run.gradients),
    ...trainingRows(golden, model, run),
    ...unreadFigures(golden),
  ];
}

/** A file may hold the leading corner of an array: its first rows, or its first tokens. */
function arrayRows(golden: GoldenFile, forward: HostArrays): GoldenRow[] {
  return Object.entries(golden.arrays).map(([name, { shape, data }]) => {
    if (!Object.hasOwn(forward, name)) return missingRow(name, `the adapter gives ${listed(forward)}`);
    const corner = leadingCorner(forward[name], shape);
    if (corner === undefined) {
      return missingRow(name, `needed ${shapeText(shape)} or more, got ${shapeText(forward[name].shape)}`);
    }
    return comparedRow(name, arrayError(corner, data), peerError(golden, name));
  });
}

function probeRows(golden: GoldenFile, forward: HostArrays): GoldenRow[] {
  return Object.entries(golden.probes).map(([name, expected]) => {
    const value = `${name}_probe`;
    if (!Object.hasOwn(forward, name)) return missingRow(value, `the adapter gives ${listed(forward)}`);
    return forwardRow(golden, value, probeError(name, forward[name], expected), peerError(golden, name));
  });
}

function termRows(golden: GoldenFile, terms: Readonly<Record<string, number>>): GoldenRow[] {
  return Object.entries(golden.lossTerms).map(([name, expected]) => {
    const value = `loss_terms.${name}`;
    if (!Object.hasOwn(terms, name)) return missingRow(value, `the model has ${listed(terms)}`);
    return forwardRow(golden, value, relativeError(terms[name], expected), null);
  });
}

/** A value with a float32 figure of its own, or held to the others' where the file gives none. */
function forwardRow(golden: GoldenFile, value: string, error: number, peer: number | null): GoldenRow {
  return peer === null ? limitedRow(value, error, knownForward(golden)) : comparedRow(value, error, peer);
}

const FIGURES_OF_ALL = ['loss', 'gradient_l2', 'gradient_probe_over_l2', 'training_losses'];

/** Float32 figures of values that the file does not hold: something was left out or renamed. */
function unreadFigures({ peer, arrays }: GoldenFile): GoldenRow[] {
  return Object.keys(peer)
    .filter((name) => !FIGURES_OF_ALL.includes(name) && !Object.hasOwn(arrays, name))
    .map((name) => missingRow(`float32_relative_error_of_pytorch.${name}`, 'the file holds no such value'));
}

const listed = (named: object): string => Object.keys(named).join(', ') || 'nothing';
