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
});
