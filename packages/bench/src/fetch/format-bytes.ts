const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** `523 bytes`, `1.5 kB`, `629.6 MB`, `2.4 GB`: decimal units, as publishers use them. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}
