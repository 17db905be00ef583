import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PROGRAM = `
  import { register } from 'tsx/esm/api';
  const rewritten = [];
  register({ onImport: (url) => rewritten.push(url) });
  const { loadH5wasm } = await import('./load-h5wasm.ts');
  const { h5wasm } = await loadH5wasm();
  console.log(JSON.stringify({ rewritten, file: typeof h5wasm.File }));
`;

it('loads the library without the TypeScript loader rewriting it', async () => {
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    cwd: import.meta.dirname,
  });
  const { rewritten, file } = JSON.parse((await run).stdout) as { rewritten: string[]; file: string };
  expect(file).toBe('function');
  expect(rewritten.some((url) => url.endsWith('/load-h5wasm.ts'))).toBe(true);
  expect(rewritten.filter((url) => url.includes('/h5wasm/'))).toEqual([]);
});
