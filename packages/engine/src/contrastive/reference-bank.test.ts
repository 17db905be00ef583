import type { Encoder } from '@spotbench/core';
import { mul } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createEngine } from '../engines/create-engine.ts';
import { plantedSlides } from '../testing/index.ts';
import { CompiledEncoder } from './encode.ts';
import { buildReferenceBank } from './reference-bank.ts';
import { spotTable } from './spot-table.ts';

/** A spot's embedding is twice its expression, so that every key shows whose it is. */
const encoder: Encoder = {
  parameters: () => ({}),
  encode: (_parameters, { expression }) => ({ embedding: mul(expression, 2) }),
};

test('every key is the embedding of its own spot, where chunks are full and where the last is filled up', async () => {
  const slides = [3, 4, 5, 9].map((spots, seed) => {
    const [slide] = plantedSlides({ sections: 1, spots, features: 2, genes: 3, noise: 1, seed });
    return { ...slide, id: `section-of-${spots}` };
  });
  const table = spotTable(slides, 3);
  const spotIds = slides.flatMap(({ spots }) => spots.ids);
  const compiled = new CompiledEncoder(await createEngine({ name: 'tfjs' }), encoder, {}, []);
  const bank = await buildReferenceBank(table, spotIds, compiled, 4);
  await compiled.dispose();
  expect(bank).toMatchObject({ width: 3, geneCount: 3, spotIds });
  expect(bank.expression).toEqual(table.expression);
  expect(bank.embeddings).toEqual(table.expression.map((value) => 2 * value));
  expect(bank.sections).toEqual(slides.flatMap(({ id, spots }) => spots.ids.map(() => id)));
});
