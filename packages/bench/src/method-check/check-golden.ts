import { readFileSync } from 'node:fs';
import { SpotbenchError } from '@spotbench/core';
import { createEngine, type EngineChoice, type EngineRequest } from '@spotbench/engine';
import {
  compareGolden,
  compareRetrieval,
  isRetrievalFile,
  parseGolden,
  parseGoldenRetrieval,
  runGolden,
  type GoldenRow,
} from '@spotbench/engine/conformance';
import type { MethodEntry } from '../registry/methods.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { goldenAdapter } from './golden-adapter.ts';

/** A golden file beside what the product computes. */
export interface GoldenReport {
  readonly file: string;
  /** The file's method; null for a file of retrieval rules. */
  readonly method: string | null;
  /** E.g. `onnx/cpu`. */
  readonly engine: string;
  readonly rows: readonly GoldenRow[];
  /** True when every value was compared and none is off. */
  readonly ok: boolean;
}

/** What to compare, and on what. */
export interface GoldenRequest {
  readonly file: string;
  /** The method asked for; without it the file says whose it is. */
  readonly entry?: MethodEntry;
  readonly entries: readonly MethodEntry[];
  readonly engine: EngineRequest;
  readonly onStage?: (what: string, done: number, total: number) => void;
}

/** Compares every value of a golden file. @throws SpotbenchError on a file that cannot be read or followed. */
export async function checkGolden(workspace: Workspace, request: GoldenRequest): Promise<GoldenReport> {
  const { file, engine } = request;
  const text = readText(file);
  if (isRetrievalFile(text, file)) {
    return reportOf(file, null, 'onnx/cpu', await compareRetrieval(parseGoldenRetrieval(text, file)));
  }
  const golden = parseGolden(text, file);
  const adapter = await goldenAdapter(workspace, request.entries, golden.method, request.entry);
  const model = adapter.model(golden.config);
  const name = engine.engine as EngineChoice['name'];
  const running = await createEngine({ name, device: engine.device });
  const steps = golden.training.losses.length - 1;
  const run = await runGolden(model, running, steps, request.onStage);
  return reportOf(file, golden.method, running.name, compareGolden(golden, model, run));
}

function reportOf(file: string, method: string | null, engine: string, rows: readonly GoldenRow[]): GoldenReport {
  return { file, method, engine, rows, ok: rows.length > 0 && rows.every(({ status }) => status === 'ok') };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SpotbenchError('missing-data', `${file}: cannot be read: ${(cause as Error).message}`, { cause });
  }
}
