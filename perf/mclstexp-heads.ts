import { createRandom, monotonicMs, type Batch } from '@spotbench/core';
import {
  adam,
  createEngine,
  initialise,
  trainableNames,
  trainingStep,
  type HostArray,
  type HostArrays,
  type LossFunction,
} from '@spotbench/engine';
import { configSchema, imageEncoder, loss as contrastive, spotEncoder } from '@spotbench/mclstexp';
import { fastest, report, runTorch, threads } from './peers/torch.ts';

/**
 * A training step of mclSTExp's heads on cached features (batch 128, 785 genes, 1024 features, position tables of 64 rows, Adam)
 * on onnx/cpu against the same step in PyTorch with as many threads. Budget: ratio at most 0.9.
 * Run: npm run perf -- mclstexp-heads [batch] [repetitions]; SPOTBENCH_PYTHON names a Python with torch.
 */
const [batch, repetitions] = [128, 20].map((value, i) => Number(process.argv[i + 2] ?? value));
const [GENES, FEATURES, POSITIONS] = [785, 1024, 64];
const config = configSchema.parse({});
const image = imageEncoder(config);
const spot = spotEncoder(config);
const sizes = {
  featureWidth: FEATURES,
  tokens: { patch: 1 },
  imageSizePx: 0,
  geneCount: GENES,
  positionCount: POSITIONS,
};

const loss: LossFunction = (parameters, { features, expression, position }) => {
  const spots = { features: { patch: features }, images: {}, expression, position, random: {} } as unknown as Batch;
  return contrastive(config).compute({
    image: image.encode(parameters, spots, 'train'),
    spot: spot.encode(parameters, spots, 'train'),
    batch: spots,
    parameters,
  });
};

const random = createRandom(0, 'perf');
const numbers = (count: number, draw: () => number): Float32Array => Float32Array.from({ length: count }, draw);
const optimiser = adam({ weightDecay: 1e-3 });
const scalar = (value: number): HostArray => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
const inputs: HostArrays = {
  features: { dtype: 'float32', shape: [batch, FEATURES], data: numbers(batch * FEATURES, () => random.uniform()) },
  expression: { dtype: 'float32', shape: [batch, GENES], data: numbers(batch * GENES, () => 3 * random.uniform()) },
  position: {
    dtype: 'int32',
    shape: [batch, 2],
    data: Int32Array.from({ length: batch * 2 }, () => random.integer(POSITIONS)),
  },
  ...Object.fromEntries(
    Object.entries(optimiser.scalars(1, 1e-4)).map(([name, value]) => [`scalar/${name}`, scalar(value)]),
  ),
};

const specs = { ...image.parameters(sizes), ...spot.parameters(sizes) };
const parameters = initialise(specs, random);
const moments = optimiser.moments.flatMap((moment) =>
  Object.entries(parameters).map(([name, { data, shape }]) => {
    const zeros: HostArray = { dtype: 'float32', shape, data: new Float32Array(data.length) };
    return [`moment.${moment}/${name}`, zeros] as const;
  }),
);

const start = monotonicMs();
const engine = await createEngine({ threads });
const step = trainingStep({ loss, trainable: trainableNames(specs), optimiser, accumulate: 1, averaged: false });
const compiled = await engine.compile(step, { state: { ...parameters, ...Object.fromEntries(moments) }, inputs });
const compileMs = Math.round(monotonicMs() - start);
const ours = await fastest(repetitions, () => compiled.run(inputs));
await compiled.dispose();
const peer = runTorch('mclstexp_heads.py', batch, GENES, FEATURES, POSITIONS, repetitions, threads);
report(`mclSTExp heads, training step, batch ${batch}, ${GENES} genes`, ours, peer, { compileMs });
