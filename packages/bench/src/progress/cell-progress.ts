import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicMs, type Progress } from '@spotbench/core';
import { isAlive } from '../locks/store-lock.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** What a running cell is doing, for whoever watches the whole run. */
export interface CellProgress {
  readonly cell: string;
  readonly pid: number;
  /** `fit`, `predict`, `score`. */
  readonly stage: string;
  /** Section being predicted or scored. */
  readonly section?: string;
  readonly progress?: Progress;
}

const EVERY_MS = 250;

function folderOf(workspace: Workspace): string {
  return join(workspace.store, 'progress');
}

/** Publishes a cell's progress in a small file, at most four times a second. Losing one is harmless: nothing is fsynced. */
export function cellProgressWriter(
  workspace: Workspace,
  cell: string,
): { update(state: Omit<CellProgress, 'cell' | 'pid'>): void; end(): void } {
  const folder = folderOf(workspace);
  const path = join(folder, `${cell}.json`);
  mkdirSync(folder, { recursive: true });
  let last = -Infinity;
  let stage = '';
  return {
    update(state) {
      if (state.stage === stage && monotonicMs() - last < EVERY_MS) return;
      last = monotonicMs();
      stage = state.stage;
      const temporary = `${path}.${process.pid}.tmp`;
      writeFileSync(temporary, JSON.stringify({ cell, pid: process.pid, ...state }));
      renameSync(temporary, path);
    },
    end: () => rmSync(path, { force: true }),
  };
}

/** The cells that are running now. Files of processes that died are removed. */
export function runningCells(workspace: Workspace): CellProgress[] {
  const folder = folderOf(workspace);
  return listJson(folder).flatMap((file) => {
    try {
      const state = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CellProgress;
      if (isAlive(state.pid)) return [state];
      rmSync(join(folder, file), { force: true });
    } catch {
      // The cell ended between listing and reading.
    }
    return [];
  });
}

function listJson(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
}

/** One line: `mclstexp fold 1: epoch 12/30, loss 3.214`. */
export function describeProgress({ stage, section, progress }: Omit<CellProgress, 'cell' | 'pid'>): string {
  if (!progress) return section ? `${stage} ${section}` : stage;
  return `${stage} epoch ${progress.epoch}/${progress.epochs}, loss ${progress.loss.toPrecision(4)}`;
}
