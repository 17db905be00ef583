import { z } from 'zod';

/** A path below the data root: with `/`, never above the root. May hold placeholders such as `{section}`. */
export const relativePath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.includes('\\') && !/^[A-Za-z]:/.test(path), {
    error: 'needed a path relative to the data root, with /',
  })
  .refine((path) => !path.split('/').includes('..'), { error: 'needed a path below the data root, found ..' });
