// A registry mirror may lack some of Nx's platform packages; npm then writes a lock file without them, and `npm ci` refuses
// it everywhere. This adds their entries (version, platform; no checksum, so npm takes the registry's), so that one lock
// file serves every platform. Run after `npm install` when `npm ci --dry-run` says "Missing: @nx/nx-...".
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const nx = lock.packages['node_modules/nx'];
for (const [name, version] of Object.entries(nx.optionalDependencies)) {
  const key = `node_modules/${name}`;
  if (lock.packages[key]) continue;
  const [os, cpu, abi] = name.replace('@nx/nx-', '').split('-');
  const libc = { gnu: ['glibc'], musl: ['musl'] }[abi];
  lock.packages[key] = {
    version,
    cpu: [cpu],
    dev: true,
    ...(libc ? { libc } : {}),
    license: 'MIT',
    optional: true,
    os: [os],
  };
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
