import type { Argv } from 'yargs';

/** What `engineOptions` adds to a command's arguments. */
export interface EngineArguments {
  readonly engine?: string;
  readonly device?: string;
}

/** Adds `--engine` and `--device`. */
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
    });
}
