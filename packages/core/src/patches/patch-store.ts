import { open, type FileHandle, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SpotbenchError } from '../errors/spotbench-error.ts';
import { lookUp } from '../errors/unknown-name.ts';
import { type ArtefactManifest, readManifest, recordFile } from '../store/artefact.ts';
import { patchFile, PATCH_STORE, type PatchStoreMeta, patchStoreMetaSchema } from './patch-store-format.ts';

/** Patches on disk, by section, spot and view. */
export interface PatchStore {
  readonly folder: string;
  /** Identity of the contents. */
  readonly hash: string;
  readonly views: PatchStoreMeta['views'];
  readonly sections: PatchStoreMeta['sections'];
  /** Of which store it holds some spots of a section, and their rows there; absent where it holds all. */
  readonly part?: { readonly of: PatchStore; readonly rows: readonly number[] };
  /**
   * The patches of the given rows (spots of the section in their order), 8 bit. [B, sizePx, sizePx, 3]
   * @throws SpotbenchError `unknown-name` for a section or view that is not there, RangeError for such a row.
   */
  read(section: string, rows: ArrayLike<number>, view: string): Promise<Uint8Array>;
  /** Side of a view's patches. @throws SpotbenchError `unknown-name`. */
  sizePx(view: string): number;
  close(): Promise<void>;
}

/**
 * Opens a patch store. Patches are read by plain reads at their place in the file: Node maps no files into memory without a
 * native module, and the operating system keeps in its cache what is read again, for all threads and processes together.
 * Several threads may open the same store. Unless `verify` is false every file is first checked against its SHA-256, as a
 * stream (about 1 GB/s); a thread that opens what another has just checked need not.
 * @throws SpotbenchError `missing-data` when there is no store, `damaged-artefact` when it does not match its manifest.
 */
export async function openPatchStore(folder: string, { verify = true } = {}): Promise<PatchStore> {
  const manifest = await readManifest(folder, PATCH_STORE);
  const meta = patchStoreMetaSchema.parse(manifest.meta);
  for (const name of Object.keys(manifest.files)) await checkFile(folder, name, manifest, verify);
  const sections = Object.fromEntries(meta.sections.map((section) => [section.id, section]));
  const views = Object.fromEntries(meta.views.map((view) => [view.name, view]));
  const files = new Map<string, Promise<FileHandle>>();
  const fileOf = (name: string): Promise<FileHandle> => {
    const file = files.get(name) ?? open(join(folder, name));
    files.set(name, file);
    return file;
  };
  return {
    folder,
    hash: manifest.hash,
    ...meta,
    async read(section, rows, view) {
      const count = lookUp('section', section, sections).rows[view];
      const patchBytes = lookUp('patch view', view, views).sizePx ** 2 * 3;
      const name = patchFile(section, view);
      const file = await fileOf(name);
      const out = new Uint8Array(rows.length * patchBytes);
      for (let b = 0; b < rows.length; b++) {
        checkRow(rows[b], count, section, view);
        await readAll(file, out.subarray(b * patchBytes, (b + 1) * patchBytes), rows[b] * patchBytes, name);
      }
      return out;
    },
    sizePx: (view) => lookUp('patch view', view, views).sizePx,
    async close() {
      const opened = [...files.values()];
      files.clear();
      for (const file of opened) await (await file).close();
    },
  };
}

function checkRow(row: number, count: number, section: string, view: string): void {
  if (!Number.isInteger(row) || row < 0 || row >= count)
    throw new RangeError(`patches: ${view} of section ${section}: row must be in 0..${count - 1}, got ${row}`);
}

async function checkFile(folder: string, name: string, manifest: ArtefactManifest, verify: boolean): Promise<void> {
  const path = join(folder, name);
  const expected = manifest.files[name];
  const found = await (
    verify ? recordFile(path) : stat(path).then(({ size }) => ({ bytes: size, sha256: expected.sha256 }))
  ).catch((cause: unknown) => {
    throw damaged(path, 'listed in the manifest but not readable', cause);
  });
  if (found.bytes !== expected.bytes || found.sha256 !== expected.sha256)
    throw damaged(path, `${found.bytes} bytes, not the ${expected.bytes} with the checksum that the manifest records`);
}

async function readAll(file: FileHandle, into: Uint8Array, position: number, name: string): Promise<void> {
  const { bytesRead } = await file.read(into, 0, into.length, position);
  if (bytesRead !== into.length) throw damaged(name, `needed ${into.length} bytes at ${position}, found ${bytesRead}`);
}

function damaged(path: string, what: string, cause?: unknown): SpotbenchError {
  return new SpotbenchError(
    'damaged-artefact',
    `${path}: ${what}; delete the patch store and run again to rebuild it`,
    {
      cause,
    },
  );
}
