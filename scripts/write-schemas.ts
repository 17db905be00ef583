import { join } from 'node:path';
import { writeFileAtomic } from '@spotbench/core';
import { schemaFiles } from '@spotbench/bench';
import { format, resolveConfig } from 'prettier';

/** Writes the JSON Schemas of result files and datasets.json from the schemas the program checks with: npm run schemas. */
const folder = join(import.meta.dirname, '..', 'packages', 'bench', 'schemas');
for (const [name, text] of Object.entries(schemaFiles())) {
  const path = join(folder, name);
  await writeFileAtomic(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
