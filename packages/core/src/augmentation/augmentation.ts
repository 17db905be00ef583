import { z } from 'zod';

const strength = z.number().nonnegative();
const probability = z.number().min(0).max(1);
const perChannel = (value: z.ZodNumber) => z.tuple([value, value, value]);

const augmentationSchema = z.discriminatedUnion('kind', [
  /** Brightness, contrast and saturation factors uniform in [max(0, 1 - x), 1 + x], hue shift in [-hue, hue] turns; in random order. */
  z.strictObject({
    kind: z.literal('colour-jitter'),
    brightness: strength,
    contrast: strength,
    saturation: strength,
    hue: z.number().min(0).max(0.5).optional(),
  }),
  /** Left and right change places with this probability. */
  z.strictObject({ kind: z.literal('horizontal-flip'), probability }),
  /** Top and bottom change places with this probability. */
  z.strictObject({ kind: z.literal('vertical-flip'), probability }),
  /** Counter-clockwise by an angle uniform in [-degrees, degrees]; nearest neighbour, corners black. */
  z.strictObject({ kind: z.literal('rotation'), degrees: z.number().min(0).max(180) }),
  /** Counter-clockwise by 0, 90, 180 or 270 degrees, each as likely. */
  z.strictObject({ kind: z.literal('right-angle-rotation') }),
  /** With this probability, a Gaussian blur of standard deviation uniform in `radius`, pixels. */
  z.strictObject({
    kind: z.literal('gaussian-blur'),
    probability,
    radius: z
      .tuple([strength, strength])
      .refine(([from, to]) => from <= to, 'the smaller radius comes first, e.g. [0.5, 1.5]'),
  }),
  /** Adds an independent normal number of standard deviation `sigma` (of 255) to every value. */
  z.strictObject({ kind: z.literal('gaussian-noise'), sigma: strength }),
  /** (value - mean) / std per channel, of values in [0, 1]; the last step, on floats. */
  z.strictObject({
    kind: z.literal('normalise'),
    mean: perChannel(z.number()),
    std: perChannel(z.number().positive()),
  }),
]);

/**
 * One step of the augmentation that a training patch goes through, as data. A list of them is applied in its order, as
 * `torchvision.transforms.Compose` applies transforms to PIL images: 8 bits a value after every step, so each rounds as
 * Pillow rounds. `normalise`, at most once and last, acts on the floats that come out.
 */
export type Augmentation = z.infer<typeof augmentationSchema>;

/** Checks a list of augmentations as a configuration holds it. */
export const augmentationsSchema = z
  .array(augmentationSchema)
  .refine(
    (list) => list.every(({ kind }, i) => kind !== 'normalise' || i === list.length - 1),
    'normalise makes floats of 8-bit values: it must come last, and once',
  );
