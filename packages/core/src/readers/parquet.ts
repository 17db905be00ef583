import { badData } from './bad-data.ts';

/**
 * The named columns of a parquet file as text, row by row. The library is loaded at the first call.
 * @throws SpotbenchError `bad-data` when the file does not parse, lacks a column, or has an empty value in one.
 */
export async function parseParquet<C extends string>(
  bytes: Uint8Array,
  path: string,
  columns: readonly C[],
): Promise<Record<C, string>[]> {
  const rows = await readRows(bytes, path, columns);
  return rows.map((row, i) => {
    const cells = columns.map((name) => [name, asText(row[name], `${path} row ${i + 1}, column ${name}`)] as const);
    return Object.fromEntries(cells) as Record<C, string>;
  });
}

async function readRows(
  bytes: Uint8Array,
  path: string,
  columns: readonly string[],
): Promise<Record<string, unknown>[]> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const damaged = (cause: unknown): Error =>
    badData(path, `not a parquet file that can be read (${(cause as Error).message})`, undefined, cause);
  const metadata = await parquetMetadataAsync(asyncBuffer(file)).catch((cause: unknown) => {
    throw damaged(cause);
  });
  const found = parquetSchema(metadata).children.map(({ element }) => element.name);
  const missing = columns.find((name) => !found.includes(name));
  if (missing !== undefined) throw badData(path, `needed a column ${missing}, found ${found.join(' ')}`);
  const rows = await parquetReadObjects({
    file: asyncBuffer(file),
    metadata,
    columns: [...columns],
    compressors,
  }).catch((cause: unknown) => {
    throw damaged(cause);
  });
  if (rows.length !== Number(metadata.num_rows))
    throw badData(path, `announces ${metadata.num_rows} rows, found ${rows.length}`);
  return rows;
}

/** The library asks for byte ranges; beyond the end it must hear an error, not get fewer bytes. */
function asyncBuffer(file: ArrayBuffer): { byteLength: number; slice(start: number, end?: number): ArrayBuffer } {
  return {
    byteLength: file.byteLength,
    slice(start, end = file.byteLength) {
      if (end > file.byteLength) throw new RangeError(`needed bytes up to ${end}, the file has ${file.byteLength}`);
      return file.slice(start, end);
    },
  };
}

function asText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  throw badData(
    where,
    `needed text or a number, found ${value === null || value === undefined ? 'nothing' : typeof value}`,
  );
}
