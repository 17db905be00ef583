import { monotonicMs } from '@spotbench/core';
import { createEngine, drawRandomInputs } from '@spotbench/engine';
import { fastest, report, runTorch, threads } from './peers/torch.ts';
import { cmrcnetHeads, GENES, TOKENS, WIDTH } from './steps/cmrcnet-heads.ts';
import { random } from './steps/training-case.ts';

/**
 * A training step of CMRCNet's heads and reconstruction on cached image tokens (batch 128, 49 tokens of width 768) on onnx/cpu
 * against the same step in PyTorch with as many threads, one after the other. Both draw their dropout masks in the step; how
 * much of ours that takes is `drawS`. Budget: ratio at most 0.9.
 * Run: npm run perf -- cmrcnet-heads [batch] [repetitions]; SPOTBENCH_PYTHON names a Python with torch.
 */
const [batch, repetitions] = [128, 5].map((value, i) => Number(process.argv[i + 2] ?? value));
const { step, state, inputs, masks } = cmrcnetHeads(batch);
let drawn = {};
const draw = (number: number) => (drawn = drawRandomInputs(masks, random, number, drawn));
const start = monotonicMs();
const engine = await createEngine({ threads });
const compiled = await engine.compile(step, { state, inputs: { ...inputs, ...draw(0) } });
const compileMs = Math.round(monotonicMs() - start);
let steps = 0;
const ours = await fastest(repetitions, () => compiled.run({ ...inputs, ...draw(++steps) }));
const drawS = await fastest(repetitions, () => Promise.resolve(draw(++steps)));
await compiled.dispose();
const peer = runTorch('cmrcnet_heads.py', batch, GENES, TOKENS, WIDTH, repetitions, threads);
report(`CMRCNet heads, training step, batch ${batch}, ${GENES} genes`, ours, peer, { drawS, compileMs });
