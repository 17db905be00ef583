import { createEngine, type EngineChoice } from '@spotbench/engine';
import { fastest, threads } from './peers/torch.ts';
import { GENES, mclstexpHeads } from './steps/mclstexp-heads.ts';

/**
 * The training step of `mclstexp-heads` on every engine that computes on the CPU here, each against onnx/cpu: one line an
 * engine, `ours` of onnx/cpu and `peer` of the other. No budget: a report.
 * Run: npm run perf -- engines-heads [batch] [repetitions]; scripts/tensorflow-from-pypi.sh adds tensorflow/cpu.
 */
const [batch, repetitions] = [128, 3].map((value, i) => Number(process.argv[i + 2] ?? value));
const PEERS: readonly EngineChoice[] = [
  { name: 'tensorflow', device: 'cpu', threads },
  { name: 'tfjs', device: 'wasm' },
  { name: 'tfjs', device: 'js' },
];
const heads = mclstexpHeads(batch);

async function seconds(choice: EngineChoice, times: number): Promise<number> {
  const compiled = await (await createEngine(choice)).compile(heads.step, heads);
  try {
    return await fastest(times, () => compiled.run(heads.inputs));
  } finally {
    await compiled.dispose();
  }
}

for (const choice of PEERS) {
  const engine = `${choice.name}/${choice.device}`;
  const name = `mclSTExp heads, training step, batch ${batch}, ${GENES} genes: onnx/cpu against ${engine}`;
  const ours = await seconds({ name: 'onnx', device: 'cpu', threads }, repetitions * 5);
  const found = await seconds(choice, repetitions).then(
    (peer) => ({ peer, ratio: Number((ours / peer).toPrecision(3)) }),
    (error: unknown) => ({ peer: null, ratio: null, noPeer: (error as Error).message.split('\n')[0] }),
  );
  const line = { name, ours, unit: 's', threads, ...found, versions: { node: process.version } };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
