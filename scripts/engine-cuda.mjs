// Adds ONNX Runtime's CUDA 12 provider to the `onnx` engine: runs onnxruntime-node's own installer, which `npm ci` leaves
// alone because it downloads some 300 MB from api.nuget.org. Linux x64.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(new URL('../packages/engine/package.json', import.meta.url));
const folder = dirname(require.resolve('onnxruntime-node/package.json'));
const provider = join(folder, 'bin', 'napi-v6', 'linux', 'x64', 'libonnxruntime_providers_cuda.so');

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `engine:cuda: ONNX Runtime publishes its CUDA provider for Linux x64, this is ${process.platform} ${process.arch}`,
  );
  process.exit(1);
}
const args = [join(folder, 'script', 'install.js'), '--onnxruntime-node-install=cuda12'];
// The variable outranks an `onnxruntime-node-install=skip` in the user's .npmrc. The installer of 1.30 forgets the value and
// then does nothing when it believes that npm is installing onnxruntime-node's own repository: hence no npm_package_json.
const { npm_package_json: _, ...inherited } = process.env;
const env = { ...inherited, ONNXRUNTIME_NODE_INSTALL: 'cuda12' };
const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'inherit', env });
if (status !== 0 || !existsSync(provider)) {
  console.error(
    `engine:cuda: no ${provider} (exit code ${status}); the lines above say why. It needs https://api.nuget.org`,
  );
  process.exit(1);
}
console.log(
  'engine:cuda: done; it needs CUDA 12 and cuDNN 9 (docs/gpu.md). npx spotbench doctor says whether it starts',
);
