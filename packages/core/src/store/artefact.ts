import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isSpotbenchError, SpotbenchError } from '../errors/spotbench-error.ts';
import { hashFile, hashValue, sha256 } from '../hash/sha256.ts';
import { syncFolder, temporaryBeside, writeAndSync } from './atomic-write.ts';

/** The name of the file that lists an artefact's files and their checksums. */
export const MANIFEST = 'manifest.json';

const fileRecord = z.strictObject({ bytes: z.int().nonnegative(), sha256: z.string().length(64) });
const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.string(),
  hash: z.string().length(64),
  meta: z.unknown(),
  files: z.record(z.string(), fileRecord),
});

/**
 * An artefact is a folder of files with a manifest: what it is (`kind`), what its maker says of it (`meta`), every file's
 * size and SHA-256, and `hash`, the SHA-256 over kind, meta and files: the artefact's identity.
 */
export type ArtefactManifest = z.infer<typeof manifestSchema>;

/** What goes into an artefact: bytes or text by path inside it (`/` separates folders). */
export type ArtefactFiles = Readonly<Record<string, Uint8Array | string>>;

/**
 * Writes an artefact folder in one step: all files and the manifest to a temporary folder, each fsynced, then one rename.
 * An artefact that stood there before is replaced, unless it is intact and holds the same: whoever reads it keeps reading. A
 * process killed at any moment leaves the old one, the new one or, between two renames, none; never a part of one. Several
 * processes may write the same folder: one of them is last.
 */
export async function writeArtefact(
  folder: string,
  kind: string,
  meta: unknown,
  files: ArtefactFiles,
): Promise<ArtefactManifest> {
  return writeArtefactFolder(folder, kind, meta, async (temporary) => {
    for (const [name, data] of Object.entries(files)) {
      await mkdir(dirname(join(temporary, name)), { recursive: true });
      await writeAndSync(join(temporary, name), data);
    }
    return Object.fromEntries(
      Object.entries(files).map(([name, data]) => [name, { bytes: Buffer.byteLength(data), sha256: sha256(data) }]),
    );
  });
}

/**
 * As `writeArtefact`, for files too large to be in memory: `fill` writes them to the folder it is given, each fsynced, and
 * returns their records.
 */
export async function writeArtefactFolder(
  folder: string,
  kind: string,
  meta: unknown,
  fill: (temporary: string) => Promise<ArtefactManifest['files']>,
): Promise<ArtefactManifest> {
  const temporary = temporaryBeside(folder);
  try {
    await mkdir(temporary, { recursive: true });
    const files = await fill(temporary);
    const manifest: ArtefactManifest = { schemaVersion: 1, kind, hash: hashValue({ kind, meta, files }), meta, files };
    await writeAndSync(join(temporary, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await putInPlace(temporary, folder, manifest);
    return manifest;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Up to this size a file is read at once: a stream costs more than it saves. */
const SMALL_BYTES = 4 * 2 ** 20;

/**
 * The record of a file on disk, for a manifest, or to check it against one: a large one read as a stream, so of any size.
 * @throws as the file system does when there is no such file.
 */
export async function recordFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const bytes = (await stat(path)).size;
  return { bytes, sha256: bytes <= SMALL_BYTES ? sha256(await readFile(path)) : await hashFile(path) };
}

/** How often another process may put its artefact in the place that was just cleared for ours. */
const ATTEMPTS = 100;

async function putInPlace(temporary: string, folder: string, manifest: ArtefactManifest): Promise<void> {
  if (await isThere(folder, manifest)) return rm(temporary, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const old = temporaryBeside(folder);
    const cleared = await renamed(folder, old, ['ENOENT']);
    const placed = await renamed(temporary, folder, attempt < ATTEMPTS ? ['ENOTEMPTY', 'EEXIST'] : []);
    if (cleared) await rm(old, { recursive: true, force: true });
    if (placed) break;
  }
  await syncFolder(dirname(folder));
}

/** Whether the intact artefact that stands there has the same identity as `manifest`. */
async function isThere(folder: string, { kind, hash }: ArtefactManifest): Promise<boolean> {
  try {
    return (await readManifest(folder, kind)).hash === hash && (await verifyArtefact(folder, kind)).hash === hash;
  } catch (error) {
    if (isSpotbenchError(error)) return false;
    throw error;
  }
}

/** Renames. @returns false where it failed for one of `expected`. */
async function renamed(from: string, to: string, expected: readonly string[]): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (expected.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/**
 * Reads and checks an artefact's manifest. @throws SpotbenchError `missing-data` when there is none, `damaged-artefact`
 * when it is not a manifest of `kind` or its own hash does not hold.
 */
export async function readManifest(folder: string, kind: string): Promise<ArtefactManifest> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SpotbenchError('missing-data', `${folder}: no ${kind} artefact here (no ${MANIFEST})`, { cause });
  });
  const damaged = (what: string): SpotbenchError =>
    new SpotbenchError('damaged-artefact', `${path}: ${what}; delete the folder and run again to rebuild it`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw damaged('not valid JSON');
  }
  const result = manifestSchema.safeParse(parsed);
  if (!result.success) throw damaged('not an artefact manifest');
  const { files, meta, hash } = result.data;
  if (result.data.kind !== kind) throw damaged(`kind is "${result.data.kind}", needed "${kind}"`);
  if (hash !== hashValue({ kind, meta, files })) throw damaged('the manifest does not match its own hash');
  return result.data;
}

/** Reads one file of an artefact and checks its size and SHA-256 against the manifest. */
export async function readArtefactFile(folder: string, manifest: ArtefactManifest, name: string): Promise<Buffer> {
  const record = manifest.files[name];
  if (record === undefined) throw new SpotbenchError('missing-data', `${folder}: the artefact has no file "${name}"`);
  const path = join(folder, name);
  const data = await readFile(path).catch((cause: unknown) => {
    throw notReadable(path, cause);
  });
  if (data.byteLength !== record.bytes || sha256(data) !== record.sha256)
    throw otherBytes(path, data.byteLength, record.bytes);
  return data;
}

/**
 * Checks every file of an artefact; one that is replaced meanwhile is checked as it is then. Files are read as streams, so of
 * any size. @throws as `readManifest` and `readArtefactFile` do, naming the first file that does not hold.
 */
export async function verifyArtefact(folder: string, kind: string): Promise<ArtefactManifest> {
  const manifest = await readManifest(folder, kind);
  const [damage] = await damagedFiles(folder, manifest);
  if (damage === undefined) return manifest;
  if ((await readManifest(folder, kind)).hash !== manifest.hash) return verifyArtefact(folder, kind);
  throw damage;
}

/** What is wrong with an artefact's files, an error for each that is not readable or not the bytes its manifest records. */
export async function damagedFiles(
  folder: string,
  manifest: ArtefactManifest,
  onFile?: (name: string, bytes: number) => void,
): Promise<SpotbenchError[]> {
  const damaged: SpotbenchError[] = [];
  for (const [name, record] of Object.entries(manifest.files)) {
    const found = await recordFile(join(folder, name)).catch((cause: unknown) =>
      notReadable(join(folder, name), cause),
    );
    if (found instanceof SpotbenchError) damaged.push(found);
    else if (found.bytes !== record.bytes || found.sha256 !== record.sha256)
      damaged.push(otherBytes(join(folder, name), found.bytes, record.bytes));
    onFile?.(name, record.bytes);
  }
  return damaged;
}

function notReadable(path: string, cause: unknown): SpotbenchError {
  const what = `${path}: listed in ${MANIFEST} but not readable; delete the folder and run again`;
  return new SpotbenchError('damaged-artefact', what, { cause });
}

function otherBytes(path: string, found: number, recorded: number): SpotbenchError {
  return new SpotbenchError(
    'damaged-artefact',
    `${path}: ${found} bytes with another checksum than ${MANIFEST} records (${recorded} bytes); delete the folder and run again`,
  );
}
