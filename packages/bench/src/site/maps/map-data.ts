import type { Frame } from './map-section.ts';
import type { MappedSection } from './collect-maps.ts';
import { base64Of } from './quantise.ts';

/** Name of a section's values: of its file, and in the call that the file makes. */
export function mapKey(rankingSlug: string, sectionSlug: string): string {
  return `${rankingSlug}--${sectionSlug}`;
}

/** A script that hands the values of one section to the page. A page at a file:// address can load a script, and no data. */
export function mapData(
  key: string,
  section: MappedSection,
  frame: Frame,
  unit: string,
  order: readonly string[],
  tissue: { href: string; x: number; y: number; width: number; height: number } | undefined,
): string {
  const methods = [...section.methods].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const data = {
    section: section.section,
    patient: section.patient,
    unit,
    frame: [frame.width, frame.height],
    radius: frame.radius,
    ...(tissue && { tissue }),
    x: base64Of(frame.x),
    y: base64Of(frame.y),
    genes: section.genes,
    measured: columns(section.measured),
    methods: Object.fromEntries(
      methods.map(([name, { fold, seed, values, pcc, undefined: why }]) => [
        name,
        { fold, seed, ...columns(values), pcc: pcc.map(rounded), undefined: why },
      ]),
    ),
  };
  return `spotbenchMap(${JSON.stringify(key)}, ${JSON.stringify(data)});\n`;
}

function columns(values: MappedSection['measured']): { values: string[]; ranges: (readonly [number, number])[] } {
  return { values: values.map((v) => v.bytes), ranges: values.map((v) => v.range) };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(4));
}
