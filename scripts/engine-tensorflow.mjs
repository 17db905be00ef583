// Adds libtensorflow and its Node binding to the `tensorflow` engine: runs the install script of @tensorflow/tfjs-node-gpu
// (of @tensorflow/tfjs-node with --cpu), which `npm ci` leaves alone because it downloads some 400 MB (100 MB).
// Needs the internet: storage.googleapis.com. Without it, see scripts/tensorflow-from-pypi.sh.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

const require = createRequire(new URL('../packages/engine/package.json', import.meta.url));
const cpu = process.argv.includes('--cpu');
const name = cpu ? '@tensorflow/tfjs-node' : '@tensorflow/tfjs-node-gpu';

function folderOf(name) {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    console.error(`engine:tensorflow: ${name} is not installed; run npm ci without --omit=optional`);
    process.exit(1);
  }
}

function run(folder) {
  const bins = [join(folder, 'node_modules', '.bin'), join(process.cwd(), 'node_modules', '.bin'), process.env.PATH];
  const args = ['scripts/install.js', cpu ? 'cpu' : 'gpu', 'download'];
  return spawnSync(process.execPath, args, {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, PATH: bins.join(delimiter) },
  }).status;
}

const hasBinding = (folder) =>
  existsSync(join(folder, 'lib')) &&
  readdirSync(join(folder, 'lib')).some((build) => existsSync(join(folder, 'lib', build, 'tfjs_binding.node')));

const folder = folderOf(name);
const status = run(folder);
if (status !== 0 || !hasBinding(folder)) {
  console.error(
    `engine:tensorflow: ${name} was not completed (exit code ${status}); the lines above say why. It needs https://storage.googleapis.com; on Linux x64 scripts/tensorflow-from-pypi.sh needs PyPI and a C++ compiler instead`,
  );
  process.exit(1);
}
console.log('engine:tensorflow: done; npx spotbench doctor says whether it starts, docs/gpu.md what it needs on a GPU');
