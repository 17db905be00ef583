import {
  partOfStore,
  SpotbenchError,
  type Random,
  type Spots,
  type TrainingSlide,
  type ViewFeatures,
} from '@spotbench/core';

/** Training sections of which each is in both lists, with different spots. */
export interface HeldOutSpots {
  readonly train: TrainingSlide[];
  readonly validation: TrainingSlide[];
}

/**
 * Holds out round(share * N) of the N spots of every training section at random, as some papers do instead of holding out
 * sections. Spots keep their order. Neighbouring spots are on both sides, so what is chosen on them is chosen too well.
 * @throws SpotbenchError `bad-config` when a section has too few spots for both sides.
 */
export function holdOutSpots(slides: readonly TrainingSlide[], share: number, random: Random): HeldOutSpots {
  const parts = slides.map((slide) => {
    const n = slide.spots.ids.length;
    const held = Math.round(share * n);
    if (held < 1 || held >= n)
      throw new SpotbenchError('bad-config', `section ${slide.id}: ${n} spots, too few to hold ${share * 100} % out`);
    const order = random.fork(slide.id).permutation(n);
    const rows = (part: Uint32Array): number[] => [...part].sort((a, b) => a - b);
    return {
      train: selectSpots(slide, rows(order.subarray(held))),
      validation: selectSpots(slide, rows(order.subarray(0, held))),
    };
  });
  return { train: parts.map(({ train }) => train), validation: parts.map(({ validation }) => validation) };
}

/** A training slide with only the given spots. */
function selectSpots(slide: TrainingSlide, rows: readonly number[]): TrainingSlide {
  const { id, spots, expression, features, views, patches, patchStore } = slide;
  return {
    ...slide,
    spots: selectPlaces(spots, rows),
    expression: {
      ...expression,
      values: selectRows(expression.values, rows, expression.genes.length),
      librarySize: selectRows(expression.librarySize, rows, 1),
    },
    ...(features && {
      features: { ...features, values: selectRows(features.values, rows, features.names.length) },
    }),
    ...(views && {
      views: Object.fromEntries(
        Object.entries(views).flatMap(([view, found]) => (found ? [[view, selectView(found, rows, spots)]] : [])),
      ),
    }),
    ...(patchStore && { patchStore: partOfStore(patchStore, id, rows) }),
    patches: {
      read: (wanted, options) =>
        patches.read(
          Array.from(wanted, (row) => rows[row]),
          options,
        ),
    },
  };
}

function selectPlaces({ ids, arrayX, arrayY, pixelX, pixelY }: Spots, rows: readonly number[]): Spots {
  return {
    ids: rows.map((row) => ids[row]),
    arrayX: selectRows(arrayX, rows, 1),
    arrayY: selectRows(arrayY, rows, 1),
    pixelX: selectRows(pixelX, rows, 1),
    pixelY: selectRows(pixelY, rows, 1),
  };
}

/** Views that all spots of the section share stay as they are. */
function selectView(view: ViewFeatures, rows: readonly number[], spots: Spots): ViewFeatures {
  if (view.rows !== spots.ids.length) return view;
  return { ...view, rows: rows.length, values: selectRows(view.values, rows, view.tokens * view.width) };
}

function selectRows(values: Float32Array, rows: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(values.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
