'use strict';
// Nx loads generators with require; this hands over to the TypeScript sources, which say what they do.
const load = async (path) => (await import('tsx/esm/api')).tsImport(path, __filename);

module.exports = {
  method: async (tree, options) =>
    (await load('./src/generators/method/generate-method.ts')).generateMethod(tree, options),
  dataset: async (tree, options) =>
    (await load('./src/generators/dataset/generate-dataset.ts')).generateDataset(tree, options),
};
