import { SpotbenchError } from '@spotbench/core';
import type { ExpectedFile } from '../download/file-facts.ts';
import type { DatasetEntry, DownloadEntry, SectionEntry } from '../datasets/schema.ts';
import { fillIn } from '../datasets/section-paths.ts';
import type { Packed } from './archive/extract-archive.ts';

/** One file to fetch: an entry of `downloads` in datasets.json with its placeholders filled in. */
export interface WantedFile extends ExpectedFile {
  /** Path below the data root. */
  readonly file: string;
  readonly addresses: readonly string[];
  readonly access: DownloadEntry['access'];
  readonly unpack?: Pick<Packed, 'kind' | 'members'> & { readonly passwordFrom?: string };
  readonly note?: string;
  /** The sections that it is for. */
  readonly sections: readonly SectionEntry[];
}

/**
 * Every file of a data set. An entry whose `file` is the same for several sections, or for all, is one file for all of them;
 * its members are then those of each.
 *
 * @throws SpotbenchError `bad-config` where one file would have different addresses.
 */
export function wantedFiles(entry: DatasetEntry): WantedFile[] {
  return (entry.downloads ?? []).flatMap((download) => {
    const served = entry.sections.filter(({ id }) => download.sections?.includes(id) ?? true);
    return sectionsByFile(download.file, served).map(([file, sections]) => wantedFile(download, file, sections));
  });
}

function sectionsByFile(template: string, sections: readonly SectionEntry[]): [string, SectionEntry[]][] {
  const groups = new Map<string, SectionEntry[]>();
  for (const section of sections) {
    const file = fillIn(template, section);
    groups.set(file, [...(groups.get(file) ?? []), section]);
  }
  return [...groups];
}

function wantedFile(download: DownloadEntry, file: string, sections: readonly SectionEntry[]): WantedFile {
  const { access, bytes, sha256, md5, unpack, note } = download;
  return {
    file,
    addresses: download.addresses.map((template) => oneAddress(template, file, sections)),
    access,
    bytes: bytes ?? undefined,
    sha256: sha256 ?? undefined,
    md5,
    unpack: unpack && { ...unpack, members: membersOf(unpack, file, sections) },
    note,
    sections,
  };
}

function oneAddress(template: string, file: string, sections: readonly SectionEntry[]): string {
  const addresses = new Set(sections.map((section) => fillIn(template, section)));
  if (addresses.size === 1) return [...addresses][0];
  throw new SpotbenchError(
    'bad-config',
    `datasets.json: ${file} is one file for ${sections.length} sections, but has ${addresses.size} addresses; put {section} into "file" too`,
  );
}

function membersOf(
  { kind, members }: NonNullable<DownloadEntry['unpack']>,
  file: string,
  sections: readonly SectionEntry[],
): Packed['members'] {
  if (kind === 'gz' && members.length === 0) return [{ from: file, to: file.replace(/\.gz$/, '') }];
  const filled = sections.flatMap((section) =>
    members.map(({ from, to }) => ({ from: fillIn(from, section), to: fillIn(to, section) })),
  );
  return [...new Map(filled.map((member) => [member.to, member])).values()];
}
