import { createEngine } from '@spotbench/engine';
import { monotonicMs } from '@spotbench/core';
import { fastest, report, runTorch, threads } from './peers/torch.ts';
import { FEATURES, GENES, mclstexpHeads, POSITIONS } from './steps/mclstexp-heads.ts';

/**
 * A training step of mclSTExp's heads on cached features (batch 128) on onnx/cpu against the same step in PyTorch with as many
 * threads, one after the other. Budget: ratio at most 0.9.
 * Run: npm run perf -- mclstexp-heads [batch] [repetitions]; SPOTBENCH_PYTHON names a Python with torch.
 */
const [batch, repetitions] = [128, 20].map((value, i) => Number(process.argv[i + 2] ?? value));
const { step, state, inputs } = mclstexpHeads(batch);
const start = monotonicMs();
const compiled = await (await createEngine({ threads })).compile(step, { state, inputs });
const compileMs = Math.round(monotonicMs() - start);
const ours = await fastest(repetitions, () => compiled.run(inputs));
await compiled.dispose();
const peer = runTorch('mclstexp_heads.py', batch, GENES, FEATURES, POSITIONS, repetitions, threads);
report(`mclSTExp heads, training step, batch ${batch}, ${GENES} genes`, ours, peer, { compileMs });
