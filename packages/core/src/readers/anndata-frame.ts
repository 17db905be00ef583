import { badData } from './bad-data.ts';
import { needNumbers, needStrings, needText, type Numbers, placeIn, type Tree } from './tree.ts';

/** A column of a data frame; booleans as 0 and 1. */
export type Column = readonly string[] | Numbers;

/**
 * The row names of a data frame (`obs` or `var`), named by its attribute `_index`.
 * @throws SpotbenchError `bad-data` when it is not a data frame as anndata 0.7 and later write it.
 */
export async function readIndex(tree: Tree, frame: string): Promise<string[]> {
  if ((await tree.kind(frame)) === 'array')
    throw badData(
      placeIn(tree, frame),
      'a table of a single array, as anndata wrote before 0.7',
      'read and write it again with a newer anndata',
    );
  const name = await needText(tree, frame, '_index');
  const column = await readColumn(tree, frame, name);
  if (column === undefined) throw badData(placeIn(tree, `${frame}/${name}`), 'needed the row names, found none');
  return Array.from<string | number, string>(column, String);
}

/**
 * A column of a data frame, undefined where there is none of that name: plain, categorical (a group of codes and categories,
 * or, in anndata 0.7, codes with the categories in `__categories`), or nullable (a group of values and mask).
 * @throws SpotbenchError `bad-data` when a value is missing or the column is of another kind.
 */
export async function readColumn(tree: Tree, frame: string, name: string): Promise<Column | undefined> {
  const at = `${frame}/${name}`;
  const kind = await tree.kind(at);
  if (kind === 'absent') return undefined;
  const legacy = `${frame}/__categories/${name}`;
  if (kind === 'array' && (await tree.kind(legacy)) === 'array') return categorical(tree, at, legacy);
  if (kind === 'array') return plain(tree, at);
  const encoding = await tree.attribute(at, 'encoding-type');
  if (encoding === 'categorical') return categorical(tree, `${at}/codes`, `${at}/categories`);
  if (typeof encoding === 'string' && encoding.startsWith('nullable-')) return nullable(tree, at);
  throw badData(placeIn(tree, at), `needed a plain, categorical or nullable column, found ${String(encoding)}`);
}

async function plain(tree: Tree, at: string, length?: number): Promise<Column> {
  return (await tree.elements(at)) === 'text' ? needStrings(tree, at, length) : needNumbers(tree, at, length);
}

async function categorical(tree: Tree, codesAt: string, categoriesAt: string): Promise<Column> {
  const codes = await needNumbers(tree, codesAt);
  // Categories may themselves be nullable texts.
  const categories =
    (await tree.kind(categoriesAt)) === 'group' ? await nullable(tree, categoriesAt) : await plain(tree, categoriesAt);
  for (let i = 0; i < codes.length; i++)
    if (!(codes[i] >= 0 && codes[i] < categories.length))
      throw badData(
        `${placeIn(tree, codesAt)}, entry ${i + 1}`,
        `needed a category in 0..${categories.length - 1}, found ${codes[i]}${codes[i] === -1 ? ' (missing)' : ''}`,
      );
  if (isTexts(categories)) return Array.from(codes, (code) => categories[code]);
  return Float64Array.from(codes, (code) => categories[code]);
}

function isTexts(column: Column): column is readonly string[] {
  return Array.isArray(column);
}

async function nullable(tree: Tree, at: string): Promise<Column> {
  const mask = await needNumbers(tree, `${at}/mask`);
  const missing = mask.findIndex((value) => value !== 0);
  if (missing >= 0) throw badData(`${placeIn(tree, at)}, entry ${missing + 1}`, 'needed a value, found none (masked)');
  return plain(tree, `${at}/values`, mask.length);
}
