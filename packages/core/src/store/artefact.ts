import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { SpotbenchError } from '../errors/spotbench-error.ts';
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
 * An artefact that stood there before is replaced. A process killed at any moment leaves the old one or the new one.
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
    await replaceFolder(temporary, folder);
    return manifest;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * The record of a file on disk, for a manifest, or to check it against one: read as a stream, so of any size.
 * @throws as the file system does when there is no such file.
 */
export async function recordFile(path: string): Promise<{ bytes: number; sha256: string }> {
  return { bytes: (await stat(path)).size, sha256: await hashFile(path) };
}

async function replaceFolder(temporary: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const old = temporaryBeside(folder);
  const replaced = await rename(folder, old).then(
    () => true,
    () => false,
  );
  await rename(temporary, folder);
  await syncFolder(dirname(folder));
  if (replaced) await rm(old, { recursive: true, force: true });
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
    throw new SpotbenchError(
      'damaged-artefact',
      `${path}: listed in ${MANIFEST} but not readable; delete the folder and run again`,
      { cause },
    );
  });
  if (data.byteLength !== record.bytes || sha256(data) !== record.sha256) {
    throw new SpotbenchError(
      'damaged-artefact',
      `${path}: ${data.byteLength} bytes with another checksum than ${MANIFEST} records (${record.bytes} bytes); delete the folder and run again`,
    );
  }
  return data;
}

/** Checks every file of an artefact. @throws as `readManifest` and `readArtefactFile` do. */
export async function verifyArtefact(folder: string, kind: string): Promise<ArtefactManifest> {
  const manifest = await readManifest(folder, kind);
  for (const name of Object.keys(manifest.files)) await readArtefactFile(folder, manifest, name);
  return manifest;
}
