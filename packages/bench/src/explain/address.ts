import { SpotbenchError } from '@spotbench/core';

/** A number of a table: `her2st/patient-out/frozen/mclstexp/HVG-50/pcc`, and, going down, a section and a gene. */
export interface NumberAddress {
  readonly dataset: string;
  readonly protocol: string;
  readonly regime: string;
  readonly method: string;
  readonly set: string;
  readonly metric: string;
  readonly section?: string;
  readonly gene?: string;
}

const LEAST = 6;
const MOST = 8;

/** Reads an address. @throws SpotbenchError `bad-config` when it has another form. */
export function parseAddress(text: string): NumberAddress {
  const parts = text.split('/');
  if (parts.length < LEAST || parts.length > MOST || parts.some((part) => part === '')) {
    throw new SpotbenchError(
      'bad-config',
      `"${text}": needed a cell, e.g. demo--patient-out--frozen--ridge--fold0--seed0, or a number, <data set>/<protocol>/<regime>/<method>/<set>/<metric>, e.g. demo/patient-out/frozen/ridge/HVG-50/pcc, and perhaps /<section>/<gene>`,
    );
  }
  const [dataset, protocol, regime, method, set, metric, section, gene] = parts;
  return { dataset, protocol, regime, method, set, metric, section, gene };
}

/** An address as text. */
export function addressText(address: NumberAddress): string {
  const { dataset, protocol, regime, method, set, metric, section, gene } = address;
  return [dataset, protocol, regime, method, set, metric, section, gene].filter((part) => part !== undefined).join('/');
}
