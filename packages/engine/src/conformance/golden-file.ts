import { SpotbenchError } from '@spotbench/core';
import { z } from 'zod';
import { sizeOf } from '../host-shape.ts';

const array = z
  .strictObject({ shape: z.array(z.int().positive()), data: z.array(z.number()) })
  .refine(({ shape, data }) => data.length === sizeOf(shape), 'holds another number of values than its shape says');
const spread = z.strictObject({ median: z.number(), p99: z.number(), max: z.number() });

const known = z.object({
  case: z.string().optional(),
  method: z.string(),
  config: z.record(z.string(), z.unknown()),
  loss: z.number(),
  loss_terms: z.record(z.string(), z.number()).default({}),
  gradients: z.record(z.string(), z.strictObject({ l2: z.number(), probe: z.number() }).nullable()),
  training: z.strictObject({
    losses: z.array(z.number()).min(2),
    params_after: z.record(z.string(), z.number()).default({}),
  }),
  float32_relative_error_of_pytorch: z
    .object({
      gradient_l2: spread.optional(),
      gradient_probe_over_l2: spread.optional(),
      training_losses: z.array(z.number()).optional(),
    })
    .catchall(z.number())
    .default({}),
});

/** An array of a golden file, row-major; it may be the leading corner of a larger one. */
export type GoldenArray = z.infer<typeof array>;

/** Median, 99th percentile and maximum of an error over parameters. */
export type ErrorSpread = z.infer<typeof spread>;

/** What the authors' own model computed in float64, and how far PyTorch's float32 run was from that. */
export interface GoldenFile {
  readonly method: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Forward values by name. */
  readonly arrays: Readonly<Record<string, GoldenArray>>;
  /** sum(x * (2 u01('probe.' + name) - 1)) of whole forward values, by name without the ending `_probe`. */
  readonly probes: Readonly<Record<string, number>>;
  readonly loss: number;
  readonly lossTerms: Readonly<Record<string, number>>;
  /** Norm and probe of each parameter's gradient; null where it has none. */
  readonly gradients: Readonly<Record<string, { readonly l2: number; readonly probe: number } | null>>;
  readonly training: {
    /** Before each optimiser step on the one batch, and after the last. */
    readonly losses: readonly number[];
    /** Probes of parameters and running statistics after the last step. */
    readonly paramsAfter: Readonly<Record<string, number>>;
  };
  /** PyTorch's own float32 errors: of forward values and the loss by name, of gradients over all parameters, of losses. */
  readonly peer: z.infer<typeof known>['float32_relative_error_of_pytorch'];
}

const PROBE = '_probe';

/**
 * Reads the text of a golden file of a model.
 *
 * @throws SpotbenchError `bad-data` naming every field that is missing, unknown or of another form.
 */
export function parseGolden(text: string, path: string): GoldenFile {
  const parsed = known.safeParse(parseJson(text, path));
  if (!parsed.success) throw new SpotbenchError('bad-data', `${path}: ${z.prettifyError(parsed.error)}`);
  const arrays: Record<string, GoldenArray> = {};
  const probes: Record<string, number> = {};
  for (const [name, value] of Object.entries(parseJson(text, path) as object)) {
    if (name in known.shape) continue;
    if (name.endsWith(PROBE) && typeof value === 'number') probes[name.slice(0, -PROBE.length)] = value;
    else arrays[name] = forwardValue(name, value, path);
  }
  const { method, config, loss, loss_terms: lossTerms, gradients, training } = parsed.data;
  const { losses, params_after: paramsAfter } = training;
  const peer = parsed.data.float32_relative_error_of_pytorch;
  return { method, config, arrays, probes, loss, lossTerms, gradients, training: { losses, paramsAfter }, peer };
}

/** @throws SpotbenchError `bad-data` when it is not JSON. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SpotbenchError('bad-data', `${path}: not a JSON file: ${(cause as Error).message}`, { cause });
  }
}

function forwardValue(name: string, value: unknown, path: string): GoldenArray {
  const parsed = array.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SpotbenchError(
    'bad-data',
    `${path}: field "${name}" is unknown here: a forward value needs shape and data of that size, a probe a number and a ` +
      `name that ends in ${PROBE}; got ${JSON.stringify(value).slice(0, 60)}`,
  );
}
