import { join } from 'node:path';
import { SpotbenchError, verifyArtefact, type Fitted } from '@spotbench/core';
import { findCell } from '../plan/find-cell.ts';
import { isAnswerControl, loadMethod } from '../registry/load-method.ts';
import { readRunRecord, RUN_KIND } from '../results/run-artefact.ts';
import { runFolder } from '../results/run-folder.ts';
import type { RunRecord } from '../results/run-record.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { openModel } from './model-artefact.ts';

/** Where to and how a cell's model is exported. */
export interface ExportCellOptions {
  /** Default `results/local/exports/<cell>`. */
  readonly out?: string;
  /** Spots in a batch of an exported file. Default 1. */
  readonly batchSize?: number;
}

/**
 * Writes the trained model of a cell that was run with `--save` as .onnx files.
 *
 * @returns the folder.
 * @throws SpotbenchError `missing-data` when the cell was not run or kept no state, `unsupported` when its method cannot be
 * exported.
 */
export async function exportCell(workspace: Workspace, id: string, options: ExportCellOptions = {}): Promise<string> {
  const { cell, method: entry } = findCell(workspace, id);
  const method = await loadMethod(workspace, entry);
  const unsupported = (what: string): never => {
    throw new SpotbenchError('unsupported', `export ${id}: ${method.name} ${what}`);
  };
  if (isAnswerControl(method) || method.load === undefined) return unsupported('keeps no fitted state to export');
  const record = await recordOf(workspace, cell.id);
  const folder = await openModel(workspace, record);
  const fitted = await method.load(folder, { engine: record.engine, device: record.device });
  if (fitted.exportOnnx === undefined) return unsupported('has no model that can be exported as .onnx');
  const out = options.out ?? join(workspace.localResults, 'exports', id);
  await exportAndDispose(fitted, out, options);
  return out;
}

async function exportAndDispose(fitted: Fitted, out: string, { batchSize }: ExportCellOptions): Promise<void> {
  try {
    await fitted.exportOnnx!(out, { batchSize });
  } finally {
    await fitted.dispose?.();
  }
}

async function recordOf(workspace: Workspace, id: string): Promise<RunRecord> {
  const folder = runFolder(workspace, id);
  return readRunRecord(folder, await verifyArtefact(folder, RUN_KIND));
}
