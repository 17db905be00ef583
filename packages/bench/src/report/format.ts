/** Three decimals, `-` for what is not there; never `-0.000`. */
export function fixed(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return '-';
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** The first digits of a hash. */
export function short(hash: string | null): string {
  return hash === null ? 'none' : hash.slice(0, 12);
}

/** `3.2 s`, `4 min 10 s`. */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 3600
    ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
    : `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `1 patient`, `3 patients`. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** The first digits of a commit; `+` marks a work tree with changes. */
export function shortCommit(commit: string): string {
  return `${commit.slice(0, 10)}${commit.endsWith('+') ? '+' : ''}`;
}

/** With a capital first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
