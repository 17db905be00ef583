import { bytesOf, float32From, readArtefactFile, SpotbenchError, type ArtefactManifest } from '@spotbench/core';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** A stored prediction of one test section: everything that scoring needs from a method. */
export interface SectionPrediction {
  readonly section: string;
  readonly patient: string;
  readonly spotIds: readonly string[];
  readonly genes: readonly string[];
  /** Row-major. [N, G] */
  readonly values: Float32Array;
}

/** @throws SpotbenchError `bad-prediction` unless `values` is [N, G] of finite numbers; names the first spot and gene. */
export function checkPrediction({ section, spotIds, genes, values }: SectionPrediction, method: string): void {
  const needed = spotIds.length * genes.length;
  const got = (values as unknown) instanceof Float32Array ? `${values.length}` : `a value of type ${typeof values}`;
  if (got !== String(needed)) {
    throw new SpotbenchError(
      'bad-prediction',
      `${method}, section ${section}: needed a Float32Array of ${spotIds.length} spots x ${genes.length} genes = ${needed} numbers, got ${got}`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new SpotbenchError(
    'bad-prediction',
    `${method}, section ${section}: spot ${spotIds[Math.floor(bad / genes.length)]}, gene ${genes[bad % genes.length]} is ${values[bad]}; every value must be finite`,
  );
}

/** The files of a cell's predictions: float32 arrays [N, G], little-endian, with their row and column names. */
export function predictionFiles(predictions: readonly SectionPrediction[]): Record<string, Uint8Array | string> {
  const spots = predictions.flatMap(({ section, patient, spotIds }) =>
    spotIds.map((spot) => ({ patient, section, spot })),
  );
  const genes = (predictions[0]?.genes ?? []).map((gene) => ({ gene }));
  return {
    'predictions/spots.csv': stringify(spots, { header: true, columns: ['patient', 'section', 'spot'] }),
    'predictions/genes.csv': stringify(genes, { header: true, columns: ['gene'] }),
    ...Object.fromEntries(predictions.map(({ section, values }) => [predictionFile(section), bytesOf(values)])),
  };
}

/** Path of a section's array inside a run. */
export function predictionFile(section: string): string {
  return `predictions/${section}.f32`;
}

/** Reads a run's predictions back, checked against the run's manifest. */
export async function readPredictions(folder: string, manifest: ArtefactManifest): Promise<SectionPrediction[]> {
  const table = async (name: string): Promise<Record<string, string>[]> =>
    parse<Record<string, string>>(await readArtefactFile(folder, manifest, `predictions/${name}.csv`), {
      columns: true,
    });
  const genes = (await table('genes')).map((row) => row.gene);
  const sections = new Map<string, { patient: string; spotIds: string[] }>();
  for (const { patient, section, spot } of await table('spots')) {
    const entry = sections.get(section) ?? { patient: patient, spotIds: [] };
    entry.spotIds.push(spot);
    sections.set(section, entry);
  }
  return Promise.all(
    [...sections].map(async ([section, { patient, spotIds }]) => ({
      section,
      patient,
      spotIds,
      genes,
      values: float32From(await readArtefactFile(folder, manifest, predictionFile(section)), predictionFile(section)),
    })),
  );
}
