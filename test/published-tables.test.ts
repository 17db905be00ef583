import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, publishedBoard, withPublishedTables } from '../scripts/published-tables.ts';

const ROOT = join(import.meta.dirname, '..');
const board = publishedBoard(ROOT);

describe.skipIf(!board)('tables in the pages (skipped until results are published)', () => {
  it.each(PAGES)('%s shows what results/leaderboard.json says', async (page) => {
    const path = join(ROOT, page);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('<!-- table:ranking her2st');
    expect(await withPublishedTables(path, text, board!)).toBe(text);
  });

  it.each([
    ['gap her2st finetune', /has no gap of her2st, finetune/],
    ['ranking her2st patient-out finetune HVG-50', /has no ranking of her2st, patient-out, finetune/],
    ['ranking her2st patient-out frozen HVG-500', /HVG-500 is none of marker, HEG-50, HVG-50, all/],
    ['gaps her2st frozen', /needed ranking or gap/],
  ])('refuses the marker %s', async (marker, problem) => {
    const text = `<!-- table:${marker} -->\n<!-- /table -->\n`;
    await expect(withPublishedTables(join(ROOT, 'x.md'), text, board!)).rejects.toThrow(problem);
  });

  it('tells what failed from what was not run', async () => {
    const [ranking] = board!.rankings;
    const rows = ['failed', 'missing'].map((kind, i) => {
      const row = ranking.rows[i];
      return { ...row, scores: {}, failures: [{ cell: '', kind, reason: '' }] };
    });
    const { dataset, protocol, regime } = ranking;
    const marker = `<!-- table:ranking ${dataset} ${protocol} ${regime} HVG-50 -->\n<!-- /table -->`;
    const text = await withPublishedTables(join(ROOT, 'x.md'), marker, { ...board!, rankings: [{ ...ranking, rows }] });
    expect(text).toMatch(/\| failed +\|\n.*\| not run \|/);
  });
});
