import type { DatasetEntry } from '../datasets/schema.ts';
import { describeSize, type DatasetSummary } from './summary.ts';

/** What somebody who uses a data set should know of it. */
export interface DataCard {
  readonly dataset: string;
  readonly title: string;
  readonly organ: string;
  readonly technology: string;
  readonly synthetic: boolean;
  readonly sections: number;
  readonly patients: number;
  /** Sum over sections; null where any count is not known. */
  readonly spots: number | null;
  readonly spotPitchUm: number;
  readonly spotDiameterUm: number;
  readonly markers: DatasetEntry['markers'];
  readonly protocols: readonly string[];
  readonly optionalProtocols: readonly string[];
  readonly licence: string;
  readonly citation: string;
  /** Known pitfalls. */
  readonly notes: readonly string[];
  readonly state: DatasetSummary;
}

/** Collects the card of a data set. */
export function dataCard(entry: DatasetEntry, state: DatasetSummary): DataCard {
  const { title, organ, technology, synthetic, spotPitchUm, spotDiameterUm, markers, licence, citation } = entry;
  const spots = entry.sections.map(({ spotCount }) => spotCount);
  return {
    dataset: state.dataset,
    ...{ title, organ, technology, synthetic, spotPitchUm, spotDiameterUm, markers, licence, citation },
    sections: entry.sections.length,
    patients: new Set(entry.sections.map(({ patient }) => patient)).size,
    spots: spots.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0),
    protocols: entry.protocols,
    optionalProtocols: entry.optionalProtocols,
    notes: notesOf(entry),
    state,
  };
}

function notesOf(entry: DatasetEntry): string[] {
  const { sameSectionsAs, notes = [], sections } = entry;
  return [
    ...(sameSectionsAs ? [`The same sections as ${sameSectionsAs.dataset}: ${sameSectionsAs.note}`] : []),
    ...notes,
    ...sections.flatMap(({ id, note }) => (note === undefined ? [] : [`Section ${id}: ${note}`])),
  ];
}

/** The card as a page of text. */
export function describeCard(card: DataCard): string {
  const { state } = card;
  const lines: [string, string][] = [
    ['organ', card.organ],
    ['technology', `${card.technology}, spots ${card.spotDiameterUm} um wide, ${card.spotPitchUm} um apart`],
    ['sections', `${card.sections} of ${card.patients} ${card.patients === 1 ? 'patient' : 'patients'}`],
    ['spots', card.spots === null ? 'not known for every section before they are read' : String(card.spots)],
    ['markers', card.markers ? `${card.markers.genes.join(', ')} (${card.markers.source})` : 'none published'],
    ['protocols', [...card.protocols, ...card.optionalProtocols.map((name) => `${name} (when asked for)`)].join(', ')],
    ['licence', card.licence],
    ['cite', card.citation],
    ['here', `${state.sections.present} of ${state.sections.total} sections in ${state.root}`],
    [
      'download',
      state.access === 'generated' ? 'none: made on this machine' : `${describeSize(state)}, ${state.access}`,
    ],
  ];
  const heading = `${card.dataset}: ${card.title}${card.synthetic ? ' (SYNTHETIC: says nothing about biology)' : ''}`;
  const notes = card.notes.length === 0 ? [] : ['mind', ...card.notes.map((note) => `  - ${note}`)];
  return [heading, '', ...lines.map(([name, value]) => `${name.padEnd(11)}${value}`), ...notes].join('\n');
}
