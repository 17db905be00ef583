import { format } from 'prettier';
import { expect, it } from 'vitest';
import { metricsPage } from './metrics-page.ts';

it('docs/metrics.md is what the records say (rewrite it with: npx vitest run packages/core/src/metrics -u)', async () => {
  const page = await format(metricsPage(), { parser: 'markdown', printWidth: 120, proseWrap: 'preserve' });
  await expect(page).toMatchFileSnapshot('../../../../docs/metrics.md');
});
