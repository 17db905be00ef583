/** Checks that repeat a fit: the seed decides, nothing is left behind. */
import { memory } from '@tensorflow/tfjs-core';
import { verdict, type CheckFinding } from '../check-result.ts';
import type { FittedSubject, Rig } from '../rig.ts';
import { difference, sameBytes } from './difference.ts';
import { residentBytes } from './resident-memory.ts';
import { countSessions, type SessionCount } from './session-count.ts';

/** The same seed gives the same bytes; another one other bytes, unless the method says that it has no chance in it. */
export async function checkSameSeed(rig: Rig, base: FittedSubject): Promise<CheckFinding> {
  const expected = await base.predict(rig.test);
  const again = await predictOnce(rig, 0);
  const other = await predictOnce(rig, 1);
  const moved = difference(other, expected);
  const { deterministic } = rig.subject.method;
  if (!sameBytes(again, expected)) {
    const off = difference(again, expected).toExponential(1);
    return verdict(false, `fitted twice with seed 0: off by ${off} of the largest magnitude, needed the same bytes`);
  }
  const numbers = { otherSeed: moved };
  const text = `fitted twice: the same bytes; another seed: off by ${moved.toExponential(1)}`;
  if (deterministic && moved > 0) return verdict(false, `${text}, but the method says deterministic: true`, numbers);
  if (!deterministic && moved === 0) {
    return verdict(false, `${text}, but the method says deterministic: false: it ignores its seed`, numbers);
  }
  return verdict(true, text, numbers);
}

/** Fits, predicts and is disposed of, leaving no tensor and no session. */
export async function checkLeaks(rig: Rig): Promise<CheckFinding> {
  const before = memory().numTensors;
  const sessions = countSessions();
  try {
    await predictOnce(rig, 0);
    return leakFinding(memory().numTensors - before, sessions);
  } finally {
    sessions.stop();
  }
}

function leakFinding(tensors: number, { opened, released }: SessionCount): CheckFinding {
  const open = opened - released;
  return verdict(
    tensors === 0 && open <= 0,
    `after fit, prediction and dispose: ${tensors} tensors more, ${opened} sessions opened and ${released} released`,
    { tensors, opened, released },
  );
}

const CYCLES = 3;
const PREDICTIONS = 10;
const MAX_GROWTH_MIB = 24;

/**
 * Resident memory does not grow with every fit and prediction. The first cycle, which fills caches, is not counted, and of
 * the others the one that grew least: what is left behind is left behind each time, what the system does is done once.
 */
export async function checkMemory(rig: Rig): Promise<CheckFinding> {
  const levels: number[] = [];
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    const subject = await rig.fit();
    for (let i = 0; i < PREDICTIONS; i++) await subject.predict(rig.test);
    await subject.dispose();
    levels.push(residentBytes());
  }
  const growth = Math.min(...levels.slice(1).map((level, i) => level - levels[i])) / 2 ** 20;
  return verdict(
    growth <= MAX_GROWTH_MIB,
    `each further fit with ${PREDICTIONS} predictions: ${growth.toFixed(1)} MiB more resident (at most ${MAX_GROWTH_MIB})`,
    { growthMib: growth },
  );
}

async function predictOnce(rig: Rig, seed: number): Promise<Float32Array> {
  const subject = await rig.fit({ seed });
  try {
    return await subject.predict(rig.test);
  } finally {
    await subject.dispose();
  }
}
