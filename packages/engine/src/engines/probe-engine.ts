import { isSpotbenchError } from '@spotbench/core';
import { add } from '@tensorflow/tfjs-core';
import { createEngine, requireEngine, type EngineChoice } from './create-engine.ts';

/** Whether an engine computes on a device here. */
export interface EngineProbe {
  readonly ready: boolean;
  /** What was found: `computes`, or what was looked for and what is missing. One line. */
  readonly found: string;
  /** What adds it, where something does: a command first. */
  readonly advice?: string;
}

const VULKAN = 'install a GPU driver with Vulkan (Linux: the driver and apt-get install libvulkan1); see docs/gpu.md';

/** Advice for what ONNX Runtime and TensorFlow.js themselves refuse; errors of ours bring their own. */
const ADVICE: Readonly<Record<string, string>> = { 'onnx/webgpu': VULKAN, 'tfjs/webgpu': VULKAN };

/**
 * Runs a step of one addition on an engine and says how that went.
 *
 * @throws SpotbenchError `unknown-name` for an engine or device that does not exist, naming the nearest.
 */
export async function probeEngine(name: string, device: string): Promise<EngineProbe> {
  const key = requireEngine(name, device);
  try {
    await addOneAndOne(await createEngine({ name: name as EngineChoice['name'], device }));
    return { ready: true, found: 'computes' };
  } catch (error) {
    return { ready: false, ...explain(key, error) };
  }
}

async function addOneAndOne(engine: Awaited<ReturnType<typeof createEngine>>): Promise<void> {
  const one = { dtype: 'float32', shape: [1], data: Float32Array.of(1) } as const;
  const step = await engine.compile((state, { x }) => ({ state, outputs: { y: add(x, state.one) } }), {
    state: { one },
    inputs: { x: one },
  });
  try {
    const { y } = await step.run({ x: one });
    if (y.data[0] !== 2) throw new Error(`engine ${engine.name}: 1 + 1 came out as ${y.data[0]}`);
  } finally {
    await step.dispose();
  }
}

/** Our errors are `where: needed, got; what to do`: the last part is the advice. */
function explain(key: string, error: unknown): Pick<EngineProbe, 'found' | 'advice'> {
  const [first] = (error as Error).message.split('\n');
  if (isSpotbenchError(error)) {
    const [found, ...advice] = first.replace(`engine ${key}: `, '').split('; ');
    return { found, advice: advice.join('; ') };
  }
  // ONNX Runtime quotes the C++ condition that was false before it says what that means.
  return { found: first.replace(/^.* was false\. /, ''), advice: ADVICE[key] };
}
