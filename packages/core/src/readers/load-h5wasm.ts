import type * as h5wasm from 'h5wasm';

/** A mark of tsx's, which leaves modules of any namespace but its own alone. */
const NOT_FOR_TSX = '?tsx-namespace=none';

/**
 * Loads the HDF5 library as it stands. The loader that runs our TypeScript would rewrite its 4 MB of generated JavaScript first,
 * which takes 1.4 s and 600 MB in every process that reads such a file; other loaders do not know the mark.
 */
export async function loadH5wasm(): Promise<{ readonly h5wasm: typeof h5wasm; readonly library: Library }> {
  const module = (await import(`${import.meta.resolve('h5wasm/node')}${NOT_FOR_TSX}`)) as typeof h5wasm;
  return { h5wasm: module, library: await module.ready };
}

/** The functions of HDF5 itself, and its memory. */
export type Library = Awaited<typeof h5wasm.ready>;
