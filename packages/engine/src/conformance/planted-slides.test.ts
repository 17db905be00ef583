import { expect, test } from 'vitest';
import { plantedSlides } from './planted-slides.ts';

const options = { sections: 2, spots: 5, features: 3, genes: 4, noise: 0.1, seed: 7 };

test('views are as wide as the features, with a row for every spot and one for the whole slide', () => {
  const slides = plantedSlides({ ...options, views: { 'scale-112': 1, tiles: 9, slide: 6 } });
  for (const { views } of slides) {
    expect(views).toMatchObject({
      'scale-112': { rows: 5, tokens: 1, width: 3 },
      tiles: { rows: 5, tokens: 9, width: 3 },
      slide: { rows: 1, tokens: 6, width: 3 },
    });
    expect(views!.tiles!.values).toHaveLength(5 * 9 * 3);
    expect(views!.slide!.values).toHaveLength(6 * 3);
  }
  expect(slides[0].views!.tiles!.values).not.toEqual(slides[1].views!.tiles!.values);
});

test('views change nothing else, and repeat', () => {
  const plain = plantedSlides(options);
  const [{ views, ...first }] = plantedSlides({ ...options, views: { tokens: 2 } });
  expect(first.features).toEqual(plain[0].features);
  expect(first.expression).toEqual(plain[0].expression);
  expect(plain[0].views).toBeUndefined();
  expect(views).toEqual(plantedSlides({ ...options, views: { tokens: 2 } })[0].views);
});
