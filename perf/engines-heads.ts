import { loadavg } from 'node:os';
import { monotonicMs } from '@spotbench/core';
import { createEngine, type CompiledStep, type EngineChoice } from '@spotbench/engine';
import { threads } from './peers/torch.ts';
import { GENES, mclstexpHeads } from './steps/mclstexp-heads.ts';

/**
 * The training step of `mclstexp-heads` on every engine that computes on the CPU here, each against onnx/cpu: one line an
 * engine, `ours` of onnx/cpu and `peer` of the other, both the fastest of steps taken in turn, so that what else the machine
 * does meets both alike; `oursCpuS` and `peerCpuS` are the least processor time of a step, all threads. No budget: a report.
 * Run: npm run perf -- engines-heads [batch] [rounds]; scripts/tensorflow-from-pypi.sh adds tensorflow/cpu.
 */
const [batch, rounds] = [128, 10].map((value, i) => Number(process.argv[i + 2] ?? value));
const OURS: EngineChoice = { name: 'onnx', device: 'cpu', threads };
const PEERS: readonly EngineChoice[] = [
  { name: 'tensorflow', device: 'cpu', threads },
  { name: 'tfjs', device: 'wasm' },
  { name: 'tfjs', device: 'js' },
];
const heads = mclstexpHeads(batch);

/** The least time of a step so far, seconds: by the clock, and of processors. */
class Least {
  wall = Infinity;
  cpu = Infinity;

  async step(compiled: CompiledStep): Promise<void> {
    const [start, before] = [monotonicMs(), process.cpuUsage()];
    await compiled.run(heads.inputs);
    const { user, system } = process.cpuUsage(before);
    this.wall = Math.min(this.wall, (monotonicMs() - start) / 1000);
    this.cpu = Math.min(this.cpu, (user + system) / 1e6);
  }
}

async function inTurn(choices: readonly EngineChoice[]): Promise<Least[]> {
  const compiled: CompiledStep[] = [];
  try {
    for (const choice of choices) compiled.push(await (await createEngine(choice)).compile(heads.step, heads));
    for (const step of compiled) await step.run(heads.inputs);
    const least = compiled.map(() => new Least());
    for (let round = 0; round < rounds; round++) {
      for (const [i, step] of compiled.entries()) await least[i].step(step);
    }
    return least;
  } finally {
    for (const step of compiled) await step.dispose();
  }
}

function compare([ours, peer]: readonly Least[]) {
  const ratio = Number((ours.wall / peer.wall).toPrecision(3));
  return { ours: ours.wall, peer: peer.wall, ratio, oursCpuS: ours.cpu, peerCpuS: peer.cpu };
}

for (const choice of PEERS) {
  const engine = `${choice.name}/${choice.device}`;
  const name = `mclSTExp heads, training step, batch ${batch}, ${GENES} genes: onnx/cpu against ${engine}`;
  const found = await inTurn([OURS, choice]).then(compare, (error: unknown) => ({
    peer: null,
    ratio: null,
    noPeer: (error as Error).message.split('\n')[0],
  }));
  const load = Number(loadavg()[0].toFixed(2));
  const line = { name, unit: 's', threads, ...found, load, versions: { node: process.version } };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
