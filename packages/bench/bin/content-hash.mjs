#!/usr/bin/env node
// Prints the hash of a folder's files, for Nx: installed packages and submitted predictions are not in git.
import { register } from 'tsx/esm/api';

register();
const [{ codeHash }, { findWorkspace }] = await Promise.all([
  import('../src/registry/code-hash.ts'),
  import('../src/workspace/workspace.ts'),
]);
process.stdout.write(`${codeHash(findWorkspace(), process.argv.slice(2))}\n`);
