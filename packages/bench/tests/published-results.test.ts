import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPublished } from '../src/publish/publish.ts';
import { workspaceAt } from '../src/workspace/workspace.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

describe('the committed results', () => {
  it.skipIf(!existsSync(join(ROOT, 'results', 'runs')))(
    'are to the byte what the committed runs give, without data or predictions',
    async () => {
      const { rankings, differences } = await checkPublished(workspaceAt(ROOT));
      expect(rankings.length).toBeGreaterThan(0);
      expect(differences).toEqual([]);
    },
  );
});
