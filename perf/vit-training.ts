import { createRandom, monotonicMs } from '@spotbench/core';
import {
  adamW,
  createEngine,
  initialise,
  trainableNames,
  trainingStep,
  vit,
  type HostArray,
  type HostArrays,
  type LossFunction,
} from '@spotbench/engine';
import { add, mean, square, type Scalar } from '@tensorflow/tfjs-core';
import { fastest, report, runTorch, threads } from './peers/torch.ts';

/**
 * A training step (forward, backward, AdamW) of CMRCNet's ViT, patch 32, 8 layers, batch 64, 224 px, on onnx/cpu against timm's
 * on PyTorch with as many threads, one after the other. Budget: ratio at most 1.0.
 * Run: npm run perf -- vit-training [batch] [repetitions]; SPOTBENCH_PYTHON names a Python with torch and timm.
 */
const [batch, repetitions] = [64, 3].map((value, i) => Number(process.argv[i + 2] ?? value));
const PX = 224;
const backbone = vit({ depth: 8, heads: 8, linearStd: 0.01 });

/** mean((f + 0.5)^2) of the class tokens. */
const loss: LossFunction = (parameters, { images }) => {
  const { pooled, updates } = backbone.forward(parameters, images, 'train');
  const total: Scalar = mean(square(add(pooled, 0.5)));
  return { total, terms: {}, updates };
};

const random = createRandom(0, 'perf');
const shape = [batch, 3, PX, PX];
const images = {
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: batch * 3 * PX * PX }, () => random.uniform()),
} as const;
const optimiser = adamW({ weightDecay: 1e-3 });
const scalars = Object.entries(optimiser.scalars(1, 1e-5)).map(
  ([name, value]) => [`scalar/${name}`, scalar(value)] as const,
);
const inputs: HostArrays = { images, ...Object.fromEntries(scalars) };

const start = monotonicMs();
const engine = await createEngine({ threads });
const trainable = trainableNames(backbone.parameters);
const step = trainingStep({ loss, trainable, optimiser, accumulate: 1, averaged: false });
const compiled = await engine.compile(step, { state: firstState(), inputs });
const compileMs = Math.round(monotonicMs() - start);
const ours = await fastest(repetitions, () => compiled.run(inputs));
await compiled.dispose();
const peer = runTorch('backbones.py', 'vit', 'training', batch, PX, repetitions, threads);
report(`ViT-B/32, 8 layers, training step, batch ${batch}`, ours, peer, { compileMs });

/** Parameters, and moments of zeros. */
function firstState(): HostArrays {
  const parameters = initialise(backbone.parameters, random);
  const moments = optimiser.moments.flatMap((moment) =>
    Object.entries(parameters).map(([name, { data, shape: size }]) => {
      const zeros: HostArray = { dtype: 'float32', shape: size, data: new Float32Array(data.length) };
      return [`moment.${moment}/${name}`, zeros] as const;
    }),
  );
  return { ...parameters, ...Object.fromEntries(moments) };
}

function scalar(value: number): HostArray {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) };
}
