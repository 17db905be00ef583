import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Method } from '@spotbench/core';
import { loadContrastive } from '../../contrastive/saved-state.ts';
import { notApplicable, verdict, type CheckFinding } from '../check-result.ts';
import type { FittedSubject, Rig } from '../rig.ts';
import { difference, sameBytes } from './difference.ts';

/** A method that was saved and loaded predicts the same bytes. */
export async function checkSaved(rig: Rig, { fitted, predict }: FittedSubject): Promise<CheckFinding> {
  const method = rig.subject.method as Method;
  const has = { save: fitted.save !== undefined, load: method.load !== undefined };
  if (!has.save && !has.load) return notApplicable('the method has neither save nor load');
  if (!has.save || !has.load)
    return verdict(false, `the method has ${has.save ? 'save but no load' : 'load but no save'}`);
  return inTemporaryFolder(async (folder) => {
    await fitted.save!(folder);
    const loaded = await method.load!(folder, rig.engine);
    const [got, expected] = [await rig.predict(loaded, rig.test), await predict(rig.test)];
    await loaded.dispose?.();
    if (sameBytes(got, expected)) return verdict(true, `${expected.length} numbers are the same bytes`);
    return verdict(false, `loaded: off by ${difference(got, expected).toExponential(1)}, needed the same bytes`);
  });
}

/** Every key of the reference bank is a training spot with its own expression. */
export async function checkReferenceBank(rig: Rig, { fitted }: FittedSubject): Promise<CheckFinding> {
  if (rig.contrastive === undefined)
    return notApplicable('no second-level contract, so no reference bank to look into');
  const { name, version } = rig.contrastive;
  const bank = await inTemporaryFolder(async (folder) => {
    await fitted.save!(folder);
    return (await loadContrastive(folder, name, version)).bank;
  });
  const known = trainingRows(rig);
  const G = rig.data.genes.length;
  const keys = bank.sections.map((section, i) => `${section} ${bank.spotIds[i]}`);
  const strangers = keys.filter((key) => !known.has(key));
  const twice = keys.length - new Set(keys).size;
  const other = keys.filter((key, i) => {
    const row = known.get(key);
    return row !== undefined && !sameBytes(bank.expression.slice(i * G, (i + 1) * G), row);
  });
  const numbers = { keys: keys.length, strangers: strangers.length, twice, otherExpression: other.length };
  const faults = [
    ...(keys.length === 0 ? ['it holds no key'] : []),
    ...(strangers.length > 0 ? [`${strangers.length} keys are no training spots, e.g. ${strangers[0]}`] : []),
    ...(twice > 0 ? [`${twice} keys are there twice`] : []),
    ...(other.length > 0 ? [`${other.length} keys have another expression than their spot, e.g. ${other[0]}`] : []),
  ];
  return verdict(faults.length === 0, faults.join('; ') || `${keys.length} keys, each a training spot`, numbers);
}

/** Expression of every spot that the fit was given, by section and spot. */
function trainingRows({ data }: Rig): Map<string, Float32Array> {
  const G = data.genes.length;
  const rows = [...data.train, ...data.validation].flatMap(({ id, spots, expression }) =>
    spots.ids.map((spot, n): [string, Float32Array] => [`${id} ${spot}`, expression.values.slice(n * G, (n + 1) * G)]),
  );
  return new Map(rows);
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'spotbench-conformance-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
