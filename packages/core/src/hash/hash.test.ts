import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { hashValue, sha256 } from './sha256.ts';

describe('canonicalJson', () => {
  it('sorts keys at every depth and drops undefined members', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x', z: undefined })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
  });

  it('gives equal text for equal values, whatever the order of keys, and text that parses back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    [{ a: [1, NaN] }, '$.a[1] is NaN'],
    [{ a: { b: Infinity } }, '$.a.b is Infinity'],
    [{ f: () => 1 }, '$.f is a function'],
    [{ d: new Date(0) }, '$.d is a object'],
  ])('refuses what JSON cannot carry: %s', (value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });
});

describe('hashes', () => {
  it('are SHA-256 (FIPS 180-4 example) and change with one character', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hashValue({ a: 1 })).not.toBe(hashValue({ a: 2 }));
  });
});
