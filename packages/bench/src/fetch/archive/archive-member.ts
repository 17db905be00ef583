/** A member of an archive, in the order of the archive; it is read, if at all, before the next one is asked for. */
export interface ArchiveMember {
  /** As the archive has it: nothing here is safe to use as a path yet. */
  readonly name: string;
  /** `link` is a symbolic or hard link; `other` a device, a pipe and the like. */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Gives the bytes in order, each chunk once the one before it is dealt with. Fails where checksums do not hold. */
  read(onChunk: (chunk: Uint8Array) => Promise<void>): Promise<void>;
}

/** How files are packed together. */
export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';
