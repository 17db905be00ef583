import { createRandom } from '@spotbench/core';
import { findBackbone, imageNetPixels, initialise, openBackboneNetwork } from '@spotbench/engine';
import { fastest, report, runTorch, threads } from './torch.ts';

const PX = 224;

/**
 * A backbone in evaluation mode over a batch of 224 px images, weights compiled in, against PyTorch (`torch.inference_mode`) on
 * the CPU with as many threads, one after the other. Budget: ratio at most 0.6. Arguments: [batch] [repetitions].
 */
export async function measureInference(name: string): Promise<void> {
  const [batchSize, repetitions] = [32, 3].map((value, i) => Number(process.argv[i + 2] ?? value));
  const backbone = findBackbone(name);
  const weights = initialise(backbone.parameters, createRandom(0, 'perf'));
  const input = { sizePx: PX, ...imageNetPixels };
  const network = await openBackboneNetwork({ backbone, weights, input, batchSize, engine: { threads } });
  const random = createRandom(1, 'perf');
  const images = Float32Array.from({ length: batchSize * 3 * PX * PX }, () => random.uniform());
  const ours = await fastest(repetitions, () => network.run(images));
  await network.dispose();
  const peer = runTorch('backbones.py', name, 'inference', batchSize, PX, repetitions, threads);
  report(`${name} inference, batch ${batchSize}, ${PX} px`, ours, peer);
}
