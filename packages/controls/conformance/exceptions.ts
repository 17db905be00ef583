const DRAWN_BY_ROW =
  'noise is drawn for each row in its place on the slide, so that a section is always given the same';

/** Where `spotbench method check` finds a control other than it asks of methods, by control and check, and why. */
export const exceptions = {
  noise: { published: { 'batch size': DRAWN_BY_ROW, 'spot order': DRAWN_BY_ROW } },
  oracle: { published: { 'batch size': DRAWN_BY_ROW, 'spot order': DRAWN_BY_ROW } },
};
