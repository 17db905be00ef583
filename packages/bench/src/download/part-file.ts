import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What has arrived of a download. */
export interface Part {
  /** The bytes. */
  readonly path: string;
  /** What they are the beginning of. */
  readonly about: string;
  readonly bytes: number;
  /** The server's name for this very version of the file: a strong ETag, or the time of its last change. */
  readonly validator?: string;
  /** Size of the whole file as the server said it with the first byte. */
  readonly total?: number;
}

const aboutSchema = z.strictObject({ url: z.string(), validator: z.string(), total: z.int().optional() });

/** Where what has arrived of a file lies. */
export const partPath = (path: string): string => `${path}.part`;

/** What an earlier call left of this file from this address; an empty part where it left nothing that can be continued. */
export async function partOf(path: string, url: string): Promise<Part> {
  await mkdir(dirname(path), { recursive: true });
  const part: Part = { path: partPath(path), about: `${partPath(path)}.json`, bytes: 0 };
  const size = await stat(part.path).then(
    (found) => found.size,
    () => 0,
  );
  const about = await readAbout(part.about);
  if (size > 0 && about?.url === url) return { ...part, bytes: size, validator: about.validator, total: about.total };
  return clearPart(part);
}

/** Forgets what has arrived. */
export async function clearPart({ path, about }: Part): Promise<Part> {
  await rm(path, { force: true });
  await rm(about, { force: true });
  return { path, about, bytes: 0 };
}

/** Notes what the bytes that are about to arrive belong to; without a validator they could not be continued. */
export async function describePart(
  part: Part,
  about: Pick<Part, 'validator' | 'total'> & { url: string },
): Promise<void> {
  const { url, validator, total } = about;
  if (validator === undefined) await rm(part.about, { force: true });
  else await writeFile(part.about, JSON.stringify({ url, validator, total }));
}

async function readAbout(path: string): Promise<z.infer<typeof aboutSchema> | undefined> {
  try {
    return aboutSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined; // none, or one that was cut off while it was written: the download begins anew
  }
}
