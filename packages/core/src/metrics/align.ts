import { SpotbenchError, type ErrorTag } from '../errors/spotbench-error.ts';

/** Expression of a section by name: row i belongs to `spotIds[i]`, column j to `genes[j]`. N spots, G genes. */
export interface NamedExpression {
  /** Unique. [N] */
  readonly spotIds: readonly string[];
  /** Unique. [G] */
  readonly genes: readonly string[];
  /** Row-major, finite. [N, G] */
  readonly values: Float32Array;
}

/** A truth and a prediction of the same spots, with the maps that bring rows and columns together. */
export interface AlignedPair {
  readonly truth: NamedExpression;
  readonly prediction: NamedExpression;
  /** Rows of the truth in the order of sorted spot ids, so that no sum depends on the order of spots. [N] */
  readonly truthRows: Uint32Array;
  /** The same spots' rows in the prediction. [N] */
  readonly predictionRows: Uint32Array;
  /** Column of each truth gene in the prediction, -1 where the method did not return it. [G] */
  readonly predictionColumns: Int32Array;
}

/**
 * Brings a prediction to the truth's spots and genes by name. Genes the truth does not have are ignored.
 * @throws SpotbenchError `bad-prediction` when the prediction's spots are not exactly the truth's (one is missing, extra or
 * repeated), a gene is repeated, the sizes do not fit or a value is not finite; `bad-data` when the truth itself is so.
 */
export function alignPrediction(truth: NamedExpression, prediction: NamedExpression): AlignedPair {
  const truthRow = rowsByName('truth', 'bad-data', truth);
  const predictionRow = rowsByName('prediction', 'bad-prediction', prediction);
  const missing = truth.spotIds.filter((id) => !predictionRow.has(id));
  const extra = prediction.spotIds.filter((id) => !truthRow.has(id));
  if (missing.length > 0) fail('bad-prediction', `prediction: ${some(missing, 'spot')} missing; predict every spot`);
  if (extra.length > 0) {
    fail('bad-prediction', `prediction: ${some(extra, 'spot')} not in the section; predict the spots that were given`);
  }
  const columns = indexByName('prediction', 'gene', 'bad-prediction', prediction.genes);
  const ids = [...truth.spotIds].sort();
  return {
    truth,
    prediction,
    truthRows: Uint32Array.from(ids, (id) => truthRow.get(id)!),
    predictionRows: Uint32Array.from(ids, (id) => predictionRow.get(id)!),
    predictionColumns: Int32Array.from(truth.genes, (gene) => columns.get(gene) ?? -1),
  };
}

function rowsByName(where: string, tag: ErrorTag, { spotIds, genes, values }: NamedExpression): Map<string, number> {
  const size = spotIds.length * genes.length;
  if (values.length !== size) {
    const shape = `${spotIds.length} spots x ${genes.length} genes = ${size} values`;
    fail(tag, `${where}: needed ${shape}, got ${values.length}; spots, genes and values must fit`);
  }
  if (where === 'truth') indexByName(where, 'gene', tag, genes);
  const rows = indexByName(where, 'spot', tag, spotIds);
  const bad = firstNotFinite(values);
  if (bad >= 0) {
    const at = `spot "${spotIds[Math.floor(bad / genes.length)]}", gene "${genes[bad % genes.length]}"`;
    fail(tag, `${where}: ${at} is ${values[bad]}; every value must be a finite number`);
  }
  return rows;
}

/** Position of the first NaN or infinity, -1 without; a plain loop, as it reads every value of a large matrix. */
function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return i;
  return -1;
}

function indexByName(where: string, what: string, tag: ErrorTag, names: readonly string[]): Map<string, number> {
  const index = new Map(names.map((name, i) => [name, i]));
  if (index.size !== names.length) {
    const repeated = [...new Set(names.filter((name, i) => index.get(name) !== i))];
    fail(tag, `${where}: ${some(repeated, what)} repeated; every ${what} must stand once`);
  }
  return index;
}

/** `2 spots ("a", "b")`, at most three named. */
function some(names: readonly string[], what: string): string {
  const shown = names.slice(0, 3).map((name) => `"${name}"`);
  return `${names.length} ${what}${names.length > 1 ? 's' : ''} (${shown.join(', ')}${names.length > 3 ? ', ...' : ''})`;
}

function fail(tag: ErrorTag, message: string): never {
  throw new SpotbenchError(tag, message);
}
