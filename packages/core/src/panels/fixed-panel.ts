import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Section } from '../contracts/section.ts';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { checkMeasured } from './candidates.ts';
import { type GenePanel, makePanel } from './gene-panel.ts';

/** A curated list of genes and where it comes from. */
export interface CuratedGenes {
  readonly genes: readonly string[];
  /** Citation. */
  readonly source: string;
}

/**
 * The marker panel: a curated list, in its own order. `sections` are all sections of the data set; only gene names are read.
 * @throws SpotbenchError `bad-data` naming a marker that no section measures.
 */
export function markerPanel(
  { genes, source }: CuratedGenes,
  sections: readonly Pick<Section, 'id' | 'counts'>[],
): GenePanel {
  checkMeasured(genes, sections, 'panel marker');
  return makePanel({ name: 'marker', rule: 'curated list', genes, source, fittedOn: [] });
}

const listSchema = z.array(z.string().min(1)).min(1);

/**
 * Reads a fixed panel from a JSON file that holds a list of gene names. Its name is the file's, without `.json`.
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-config` when it is not a list of different names,
 * `bad-data` naming a gene that no section measures (where sections are given).
 */
export async function readFixedPanel(
  path: string,
  source: string,
  sections?: readonly Pick<Section, 'id' | 'counts'>[],
): Promise<GenePanel> {
  const genes = parseList(await readText(path), path);
  if (sections) checkMeasured(genes, sections, path);
  const name = basename(path, '.json');
  return makePanel({ name, rule: 'fixed list', genes, source, fittedOn: [] });
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SpotbenchError('missing-data', `${path}: no such gene list; check the path`, { cause });
  });
}

function parseList(text: string, path: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SpotbenchError('bad-config', `${path}: not valid JSON; needed a list of gene names`, { cause });
  }
  const result = listSchema.safeParse(value);
  if (!result.success)
    throw new SpotbenchError('bad-config', `${path}: needed a list of gene names: ${z.prettifyError(result.error)}`);
  return result.data;
}
