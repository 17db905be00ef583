import { SpotbenchError } from '../errors/spotbench-error.ts';

/**
 * JSON with sorted keys, no spaces and no `undefined` members: equal values give equal bytes. Follows RFC 8785 (JCS) for
 * what it accepts. @throws when the value holds NaN, infinity, a function, or anything else JSON cannot carry faithfully.
 */
export function canonicalJson(value: unknown, at = '$'): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new SpotbenchError('bad-config', `canonical JSON: ${at} is ${value}; JSON has only finite numbers`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item, i) => canonicalJson(item, `${at}[${i}]`)).join(',')}]`;
  if (typeof value === 'object' && isPlain(value)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, `${at}.${key}`)}`);
    return `{${members.join(',')}}`;
  }
  throw new SpotbenchError(
    'bad-config',
    `canonical JSON: ${at} is a ${typeof value} that JSON cannot carry; use plain values`,
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
