import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { geneListObstacle } from './obstacle.ts';
import { datasetsSchema } from './schema.ts';

const repository = join(import.meta.dirname, '../../../..');
const text = (file: string): string => readFileSync(join(repository, file), 'utf8');
const { protocols } = datasetsSchema.parse(JSON.parse(text('datasets.json')));
const lists = Object.entries(protocols).flatMap(([id, { predict }]) => ('file' in predict ? [{ id, predict }] : []));

describe('gene lists of papers', () => {
  it.each(lists.filter(({ predict }) => predict.sha256 === null))(
    'that of $id is not public as a list: no cell runs, and who has it is told where it goes',
    ({ id, predict }) => {
      // Even where a file of that name lies: nothing says that it is the papers' list.
      const found = geneListObstacle({ root: repository }, id, protocols[id]);
      expect(found).toContain('not public as a list, so none can be checked');
      expect(found).toContain(join(repository, '..', predict.file));
      expect(found).toContain(`datasets.json, protocols, ${id}, predict.sha256`);
      expect(text('docs/datasets.md')).toContain(`\`${predict.file}\``);
    },
  );

  it('are all but two known by their SHA-256', () => {
    const unknown = lists.filter(({ predict }) => predict.sha256 === null).map(({ id }) => id);
    expect(unknown).toEqual(['mclstexp-paper-visium', 'hiscmcl-paper-dlpfc']);
  });
});
