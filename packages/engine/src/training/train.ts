import type { HostArray, HostArrays } from '../host-array.ts';
import { drawRandomInputs } from '../random-inputs/draw.ts';
import { readCheckpoint, type EpochLoss, type TrainingPosition } from '../state/checkpoint.ts';
import { createSaver, type Saver } from './saver.ts';
import { requireFinite } from './divergence.ts';
import { namedMemoryFailure } from './batch-that-fits.ts';
import { EarlyStopping } from './early-stopping.ts';
import { wasSkipped } from './loss-scaling.ts';
import { AVERAGE, below, firstState, parametersOf } from './state-layout.ts';
import { StepCache } from './step-cache.ts';
import type { Trained, TrainOptions } from './train-options.ts';
import { SCALAR, TERM, trainingStep } from './training-step.ts';

/**
 * Trains a model: `epochs` times over all batches, each one optimiser step, on whatever engine. With `checkpoint` it takes
 * up where a killed run stopped, and ends with the same bits on CPU.
 *
 * @throws SpotbenchError `diverged` when the loss is NaN or infinite; `out-of-memory` saying which batch would fit; `damaged-artefact` on a checkpoint that cannot be used.
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const run = await begin(options);
  try {
    while (run.position.epoch < options.epochs && !run.stopping.isOver(run.position.epoch)) await runEpoch(run);
    return await result(run);
  } finally {
    await run.steps.dispose();
  }
}

/** A training run under way. */
interface Run {
  readonly options: TrainOptions;
  readonly steps: StepCache;
  readonly stopping: EarlyStopping;
  readonly saver: Saver;
  position: TrainingPosition;
  /** Random inputs of the last step, whose arrays the next one takes. */
  masks: HostArrays;
}

async function begin(options: TrainOptions): Promise<Run> {
  const { checkpoint, accumulate = 1, averageDecay } = options;
  const layout = { ...options, accumulate, averaged: averageDecay !== undefined };
  const found = checkpoint && (await readCheckpoint(checkpoint.path, checkpoint.identity));
  const stopping = new EarlyStopping(options.earlyStopping, found);
  const state = found ? stopping.withoutBest(found.arrays) : firstState(options.parameters, layout);
  const position = found?.position ?? start(checkpoint?.identity ?? '');
  reportFinishedEpochs(options, position);
  return {
    options,
    steps: new StepCache(options.engine, trainingStep(layout), state, options.precision),
    stopping,
    saver: createSaver(checkpoint, found !== undefined),
    position,
    masks: {},
  };
}

function start(identity: string): TrainingPosition {
  return { identity, epoch: 0, step: 0, updates: 0, history: [], running: { loss: 0, terms: {} }, best: null };
}

/** A resumed run tells what the killed one had told, so that its loss curve is whole. */
function reportFinishedEpochs({ onProgress, epochs, batches }: TrainOptions, { history }: TrainingPosition): void {
  const steps = batches.stepsPerEpoch;
  history.forEach((mean, i) => onProgress?.({ epoch: i + 1, epochs, step: steps, steps, ...mean }));
}

async function runEpoch(run: Run): Promise<void> {
  const steps = run.options.batches.stepsPerEpoch;
  for (let step = run.position.step; step < steps; step++) {
    await runStep(run, step);
    if (step + 1 === steps) await closeEpoch(run);
    await run.saver.afterStep(run.position, () => checkpointArrays(run));
  }
}

async function runStep(run: Run, step: number): Promise<void> {
  const { options, position } = run;
  const { batches, accumulate = 1, epochs } = options;
  const isUpdate = (step + 1) % accumulate === 0 || step + 1 === batches.stepsPerEpoch;
  const batch = await batches.read(position.epoch, step);
  const global = position.epoch * batches.stepsPerEpoch + step;
  const inputsOf = (arrays: HostArrays): HostArrays => {
    run.masks = drawRandomInputs(options.randomInputs?.(arrays) ?? {}, options.random, global, run.masks);
    return { ...arrays, ...run.masks, ...scalarInputs(options, position.updates, isUpdate) };
  };
  const outputs = await run.steps.run(inputsOf(batch)).catch(async (error: unknown) => {
    const place = { epoch: position.epoch + 1, step: step + 1 };
    throw await namedMemoryFailure(error, place, { options, steps: run.steps, batch, inputsOf });
  });
  const terms = termsOf(outputs);
  requireFinite(
    { loss: outputs.loss.data[0], ...terms },
    { epoch: position.epoch + 1, step: step + 1 },
    run.saver.lastGood,
  );
  const skipped = wasSkipped(outputs, { epoch: position.epoch + 1, step: step + 1 }, run.saver.lastGood);
  const running = addTerms(position.running, { loss: outputs.loss.data[0], terms });
  run.position = { ...position, step: step + 1, updates: position.updates + Number(isUpdate && !skipped), running };
  const mean = meanOf(running, step + 1);
  options.onProgress?.({ epoch: position.epoch + 1, epochs, step: step + 1, steps: batches.stepsPerEpoch, ...mean });
}

async function closeEpoch(run: Run): Promise<void> {
  const { position, stopping } = run;
  const mean = meanOf(position.running, position.step);
  const next = { ...position, epoch: position.epoch + 1, step: 0, running: { loss: 0, terms: {} } };
  const place = { epoch: next.epoch, step: position.step };
  const best = stopping.watches
    ? await stopping.afterEpoch(place, predicting(await run.steps.readState()), run.saver.lastGood)
    : null;
  run.position = { ...next, history: [...position.history, mean], best };
}

/** What a model predicts with: the moving average of its parameters where one is kept, and all others as they are. */
function predicting(state: HostArrays): HostArrays {
  return { ...parametersOf(state), ...below(AVERAGE, state) };
}

function scalarInputs(options: TrainOptions, updates: number, isUpdate: boolean): HostArrays {
  const { batches, epochs, accumulate = 1, optimiser, schedule } = options;
  const updatesPerEpoch = Math.ceil(batches.stepsPerEpoch / accumulate);
  const rate = schedule({ update: updates, updates: updatesPerEpoch * epochs, updatesPerEpoch });
  const values = optimiser.scalars(updates + 1, rate);
  const all = accumulate > 1 ? { ...values, apply: Number(isUpdate) } : values;
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [SCALAR + name, scalarArray(value)]));
}

function scalarArray(value: number): HostArray {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) };
}

function termsOf(outputs: HostArrays): Record<string, number> {
  return Object.fromEntries(Object.entries(below(TERM, outputs)).map(([name, { data }]) => [name, data[0]]));
}

function addTerms(sum: EpochLoss, step: EpochLoss): EpochLoss {
  const names = Object.keys(step.terms);
  const terms = Object.fromEntries(names.map((name) => [name, (sum.terms[name] ?? 0) + step.terms[name]]));
  return { loss: sum.loss + step.loss, terms };
}

function meanOf({ loss, terms }: EpochLoss, count: number): EpochLoss {
  return {
    loss: loss / count,
    terms: Object.fromEntries(Object.entries(terms).map(([name, sum]) => [name, sum / count])),
  };
}

async function checkpointArrays(run: Run): Promise<HostArrays> {
  return { ...(await run.steps.readState()), ...run.stopping.bestArrays() };
}

async function result({ steps, stopping, position }: Run): Promise<Trained> {
  return {
    parameters: stopping.best ?? predicting(await steps.readState()),
    history: position.history,
    epochs: position.best?.epoch ?? position.epoch,
  };
}
