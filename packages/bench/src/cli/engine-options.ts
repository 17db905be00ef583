import type { Argv } from 'yargs';

/** What `engineOptions` adds to a command's arguments. */
export interface EngineArguments {
  readonly engine?: string;
  readonly device?: string;
  readonly precision?: string;
  readonly smallerBatch?: boolean;
}

/** Adds `--engine`, `--device`, `--precision` and `--smaller-batch`. */
export function engineOptions<T>(argv: Argv<T>): Argv<T & EngineArguments> {
  return argv
    .option('engine', {
      string: true,
      requiresArg: true,
      describe: 'Compute engine: onnx, tensorflow or tfjs (default auto; docs/gpu.md)',
    })
    .option('device', {
      string: true,
      requiresArg: true,
      describe: 'Its device: cpu, cuda, webgpu, js or wasm (default auto)',
    })
    .option('precision', {
      string: true,
      requiresArg: true,
      describe: 'float32 (default), or mixed: products in float16 where the device gains from it',
    })
    .option('smaller-batch', {
      boolean: true,
      describe: 'Where memory runs out, train once more with the largest batch that fits',
    });
}
