import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSpotbenchError, nearestNames, SpotbenchError } from '@spotbench/core';
import { isSystemError } from '../../download/disk-problem.ts';
import type { ArchiveKind, ArchiveMember } from './archive-member.ts';
import { isClutter, memberName, safeMemberPath } from './member-path.ts';
import { readTar } from './read-tar.ts';
import { readZip } from './read-zip.ts';
import { defaultLimits, sizeLimit, type UnpackLimits } from './size-limit.ts';
import { gunzipped, gunzipStaged, stageFile, type FileFacts } from './stage-file.ts';

/** An archive and what is wanted of it. */
export interface Packed {
  readonly path: string;
  /** `gz` is one gzipped file, not an archive. */
  readonly kind: ArchiveKind | 'gz';
  readonly password?: string;
  /**
   * Members and where below the data root they go; a member `x.gz` that goes to a name without `.gz` is unzipped. None:
   * everything, under the archive's own names. For `gz` exactly one, whose `from` says nothing.
   */
  readonly members: readonly { readonly from: string; readonly to: string }[];
  readonly limits?: UnpackLimits;
  readonly signal?: AbortSignal;
}

/** What the names of temporary folders begin with. */
export const UNPACK_PREFIX = '.tmp-unpack-';

/** Unpacked files that wait in a folder of their own beside where they go. */
export interface Staged {
  readonly folder: string;
  /** By path below the data root. */
  readonly files: Readonly<Record<string, FileFacts>>;
}

/**
 * Unpacks what is wanted into a temporary folder below `root`; the caller moves it into place or removes it. Only regular
 * files are made, only below that folder, and no more bytes than the limits allow.
 *
 * @throws SpotbenchError `bad-data` for an archive that is damaged or cut off, has a member that is a link or leaves the root, or
 * holds too much; `missing-data` for a whole one that lacks a member; `bad-config` where a password is needed or is another one;
 * the reason of `signal`.
 */
export async function extractArchive(packed: Packed, root: string): Promise<Staged> {
  await mkdir(root, { recursive: true });
  const folder = await mkdtemp(join(root, UNPACK_PREFIX));
  try {
    return { folder, files: packed.kind === 'gz' ? await ungzip(packed, folder) : await unpack(packed, folder) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    packed.signal?.throwIfAborted();
    if (isSpotbenchError(error)) throw error;
    if (isSystemError(error)) throw namesRefused(packed, error) ?? error;
    throw new SpotbenchError(
      'bad-data',
      `${packed.path}: not a whole ${packed.kind} file: ${(error as Error).message}; remove it and fetch it again`,
      { cause: error },
    );
  }
}

async function ungzip(packed: Packed, folder: string): Promise<Record<string, FileFacts>> {
  const [{ to }] = packed.members;
  const count = await counter(packed);
  return { [to]: await stageFile(join(folder, to), gunzipped(packed.path, packed.signal), count) };
}

async function unpack(packed: Packed, folder: string): Promise<Record<string, FileFacts>> {
  const count = await counter(packed);
  const files: Record<string, FileFacts> = {};
  const seen = new Set<string>();
  for await (const member of membersOf(packed)) {
    packed.signal?.throwIfAborted();
    if (member.kind === 'folder') continue;
    seen.add(memberName(member.name));
    const to = targetOf(member, packed);
    if (to === undefined) continue;
    if (member.kind !== 'file') throw refused(packed, member.name, `is a ${nounOf(member.kind)}`);
    if (Object.hasOwn(files, to)) throw refused(packed, member.name, 'is there twice');
    const read = member.read.bind(member);
    const unzip = member.name.endsWith('.gz') && !to.endsWith('.gz');
    const path = join(folder, to);
    const facts = await stageFile(unzip ? `${path}.gz` : path, read, count);
    files[to] = unzip ? await gunzipStaged(`${path}.gz`, path, count) : facts;
  }
  requireAll(packed, seen);
  return files;
}

function membersOf({ path, kind, password, signal }: Packed): AsyncGenerator<ArchiveMember> {
  return kind === 'zip' ? readZip({ path, password, signal }) : readTar({ path, gzipped: kind === 'tar.gz', signal });
}

/** Where a member goes; undefined for one that nobody asked for. */
function targetOf({ name }: ArchiveMember, { path, members }: Packed): string | undefined {
  if (members.length > 0) return members.find(({ from }) => memberName(from) === memberName(name))?.to;
  return isClutter(name) ? undefined : safeMemberPath(path, name);
}

function requireAll(packed: Packed, seen: ReadonlySet<string>): void {
  const missing = packed.members.filter(({ from }) => !seen.has(memberName(from)));
  if (missing.length === 0 && seen.size > 0) return;
  const [first] = missing.map(({ from }) => from);
  const near = first === undefined ? [] : nearestNames(first, [...seen]);
  const found =
    near.length > 0 ? `nearest: ${near.join(', ')}` : `first of what it has: ${[...seen].slice(0, 3).join(', ')}`;
  if (seen.size === 0) throw new SpotbenchError('bad-data', `${packed.path}: holds no file`);
  throw new SpotbenchError(
    'missing-data',
    `${packed.path}: lacks ${missing.length} of ${packed.members.length} members, the first ${first}; it has ${seen.size} (${found}); ` +
      `correct unpack.members in datasets.json, or remove it where it is another archive, and run the command again`,
  );
}

const counter = async ({ path, limits = defaultLimits }: Packed): Promise<(bytes: number) => void> =>
  sizeLimit(path, (await stat(path)).size, limits);

const nounOf = (kind: ArchiveMember['kind']): string => (kind === 'link' ? 'link' : 'special file');

const refused = ({ path }: Packed, member: string, problem: string): SpotbenchError =>
  new SpotbenchError(
    'bad-data',
    `${path}: member "${member}" ${problem}, where a plain file was needed; nothing was unpacked: do not use this archive`,
  );

/** What the file system says where a name is too long, or one file's name is another's folder, or differs from it by case only. */
const NAME_PROBLEMS: ReadonlySet<string | undefined> = new Set([
  'EEXIST',
  'EISDIR',
  'ENOTDIR',
  'ENAMETOOLONG',
  'EILSEQ',
  'EINVAL',
]);

function namesRefused({ path }: Packed, error: NodeJS.ErrnoException): SpotbenchError | undefined {
  if (!NAME_PROBLEMS.has(error.code)) return undefined;
  return new SpotbenchError(
    'bad-data',
    `${path}: has a name that cannot be a file beside the others here: ${error.message}; nothing was unpacked: do not use this archive`,
    { cause: error },
  );
}
