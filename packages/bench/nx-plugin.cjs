'use strict';
// Nx loads plugins with require; this hands over to the TypeScript source, which says what the plugin does.
module.exports = {
  name: 'spotbench',
  createNodes: [
    'datasets.json',
    async (files, _options, context) => {
      const { tsImport } = await import('tsx/esm/api');
      const { inferTargets } = await tsImport('./src/nx/infer-targets.ts', __filename);
      return inferTargets(files, context.workspaceRoot);
    },
  ],
};
