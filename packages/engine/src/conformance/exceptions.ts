import { SpotbenchError, unknownName } from '@spotbench/core';
import { z } from 'zod';
import { CHECKS, type CheckName } from './check-result.ts';

const reason = z.string().min(10);
const schema = z.strictObject({
  /** Options of the runs on made-up slides, where the defaults do not fit a few hundred spots and a minute. */
  options: z.record(z.string(), z.unknown()).default({}),
  /** Trainable parameters that get no gradient, each with the reason. */
  noGradient: z.record(z.string(), reason).default({}),
  /** Checks that the published form of the method does not pass, each with the reason: noted instead of failed. */
  published: z.record(z.string(), reason).default({}),
});

/** What a method declares about its conformance: data, with reasons. */
export type ConformanceExceptions = z.infer<typeof schema>;

/** As a package writes it in conformance/exceptions.ts: `exceptions`, by method name. */
export type DeclaredExceptions = Readonly<Record<string, z.input<typeof schema>>>;

/** Checks that may differ in a published method. */
const EXCUSABLE: readonly CheckName[] = ['batch size', 'spot order', 'key chunks', 'loss falls'];

/**
 * The exceptions of one method; none where nothing is declared.
 *
 * @throws SpotbenchError `bad-config` on another form, `unknown-name` for a check or a method that there is not.
 */
export function exceptionsOf(declared: unknown, method: string, methods: readonly string[]): ConformanceExceptions {
  const parsed = z.record(z.string(), schema).safeParse(declared ?? {});
  if (!parsed.success) {
    throw new SpotbenchError('bad-config', `conformance/exceptions.ts of ${method}: ${z.prettifyError(parsed.error)}`);
  }
  const stranger = Object.keys(parsed.data).find((name) => !methods.includes(name));
  if (stranger !== undefined) throw unknownName('method in conformance/exceptions.ts', stranger, methods);
  const own = Object.hasOwn(parsed.data, method) ? parsed.data[method] : schema.parse({});
  const unknown = Object.keys(own.published).find((name) => !CHECKS.includes(name as CheckName));
  if (unknown !== undefined) throw unknownName('conformance check', unknown, CHECKS);
  const forced = Object.keys(own.published).find((name) => !EXCUSABLE.includes(name as CheckName));
  if (forced === undefined) return own;
  throw new SpotbenchError(
    'bad-config',
    `conformance/exceptions.ts of ${method}: "${forced}" holds for every method; exceptions are for ${EXCUSABLE.join(', ')}`,
  );
}
