import { describe, expect, it } from 'vitest';
import { makePanel, parsePanel } from './gene-panel.ts';

const panel = makePanel({
  name: 'marker',
  rule: 'curated list',
  genes: ['GNAS', 'FASN'],
  source: 'a paper',
  fittedOn: [],
});

describe('gene panel', () => {
  it('survives a file', () => {
    expect(parsePanel(JSON.parse(JSON.stringify(panel)), 'p.json')).toEqual(panel);
  });

  it.each([
    ['another gene', { genes: ['GNAS', 'FASM'] }, 'does not match its hash'],
    ['another order', { genes: ['FASN', 'GNAS'] }, 'does not match its hash'],
    ['another rule', { rule: 'curated List' }, 'does not match its hash'],
    ['another section', { fittedOn: ['B4'] }, 'does not match its hash'],
    ['a repeated gene', { genes: ['GNAS', 'GNAS'] }, 'gene GNAS stands twice'],
    ['another size', { size: 3 }, 'size is 3, found 2 genes'],
    ['no gene', { genes: [] }, 'needed at least one gene'],
    ['an unknown key', { extra: 1 }, 'not a gene panel'],
  ])('with %s is refused', (_, change, message) => {
    expect(() => parsePanel({ ...panel, ...change }, 'p.json')).toThrow(message);
    expect(() => parsePanel({ ...panel, ...change }, 'p.json')).toThrow(/^p\.json: /);
  });
});
