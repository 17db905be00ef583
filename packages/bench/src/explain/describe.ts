import type { GeneLink, NumberChain, SectionLink } from './chain.ts';
import type { CellExplanation, Explanation } from './explain.ts';
import type { CellProvenance } from './provenance.ts';
import type { SpotValues } from './spot-values.ts';

/** Genes and spots shown to a person; --json has all. */
const SHOWN = 60;

/** An explanation for people: values at each level, from the number down, then what they rest on. */
export function describeExplanation(explanation: Explanation | CellExplanation): string {
  const lines = 'chain' in explanation ? numberLines(explanation) : cellLines(explanation);
  const { protocol } = explanation;
  if (protocol) lines.push('', `Protocol ${protocol.id} (${protocol.tier}): ${protocol.note}`);
  return `${lines.join('\n')}\n`;
}

function numberLines({ where, chain, section, gene, spots, withoutSpots, cells }: Explanation): string[] {
  const level = gene ? geneLines(gene, { spots, withoutSpots }) : section ? sectionLines(section) : chainLines(chain);
  return [...level, '', `From ${where}:`, ...cells.flatMap(provenanceLines)];
}

function chainLines({ address, value, metric, formula, patients }: NumberChain): string[] {
  return [
    `${address} = ${text(value)}`,
    `  ${metric}: ${formula}`,
    `  = mean over ${plural(patients.length, 'patient')} of`,
    ...patients.flatMap(({ patient, value: ofPatient, sections }) => [
      `    patient ${patient} = ${text(ofPatient)} = mean over ${plural(sections.length, 'section')} of`,
      ...sections.map(
        (s) =>
          `      ${s.address} = ${text(s.value)} = mean over ${s.nCounted} of ${s.nGenes} genes, ${s.nSpots} spots`,
      ),
    ]),
  ];
}

function sectionLines({ address, value, nSpots, nGenes, nCounted, genes }: SectionLink): string[] {
  return [
    `${address} = ${text(value)}`,
    `  = mean over ${nCounted} of ${nGenes} genes, ${nSpots} spots, of`,
    ...genes.slice(0, SHOWN).map((gene) => `    ${gene.address} = ${text(gene.value)}${seedsText(gene)}`),
    ...more(genes.length, 'genes'),
  ];
}

function seedsText({ seeds }: GeneLink): string {
  const one = seeds.map(({ seed, row, counts }) => {
    if (row === null) return `seed ${seed}: not scored`;
    return `seed ${seed}: ${text(counts)}${row.undefined === null ? '' : ` (${row.undefined})`}`;
  });
  return seeds.length > 1 || seeds.some(({ row }) => row?.undefined !== null) ? ` = mean over ${one.join(', ')}` : '';
}

function geneLines(
  gene: GeneLink,
  { spots = [], withoutSpots = [] }: Pick<Explanation, 'spots' | 'withoutSpots'>,
): string[] {
  return [
    `${gene.address} = ${text(gene.value)}${seedsText(gene)}`,
    ...gene.seeds.map(({ seed, cell, row }) => {
      const fields = Object.entries(row ?? {}).filter(([name, value]) => name !== 'gene' && value !== null);
      return `  seed ${seed}, row of ${cell}: ${fields.map(([name, value]) => `${name} ${String(value)}`).join(', ')}`;
    }),
    ...spots.flatMap(spotLines),
    ...withoutSpots.map((reason) => `  no spots: ${reason}`),
  ];
}

function spotLines({ cell, spots }: SpotValues): string[] {
  return [
    `  spots of ${cell}: spot, measured, predicted`,
    ...spots.slice(0, SHOWN).map(({ spot, measured, predicted }) => `    ${spot}  ${measured}  ${predicted}`),
    ...more(spots.length, 'spots'),
  ];
}

function more(count: number, what: string): string[] {
  return count > SHOWN ? [`    and ${count - SHOWN} more ${what}; --json lists all`] : [];
}

function cellLines({ where, cell, numbers }: CellExplanation): string[] {
  return [
    ...provenanceLines(cell),
    '',
    'Its fold and seed alone, each number under the address of the number it is a part of:',
    ...numbers.map(({ address, value }) => `  ${address}  ${text(value)}`),
    '',
    `From ${where}`,
  ];
}

function provenanceLines(cell: CellProvenance): string[] {
  const { command, commit, dirty, engine, fold, heldOut, seed, selectedBy, hashes, panels, predictions } = cell;
  return [
    `  ${cell.cell}`,
    `    command: ${command}`,
    `    commit: ${commit ?? 'none'}${dirty ? ', with uncommitted changes' : ''}`,
    `    fold ${fold}, ${heldOut ?? 'nothing'} held out; seed ${seed}; ${engine}; selected by: ${selectedBy ?? 'nothing'}`,
    ...Object.entries(hashes)
      .filter(([, hash]) => hash !== null)
      .map(([name, hash]) => `    ${name}: ${hash}`),
    ...Object.entries(panels).map(([set, panel]) => `    panel ${set}: ${JSON.stringify(panel)}`),
    ...Object.entries(predictions).map(([section, hash]) => `    predictions of ${section}: ${hash}`),
  ];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** All digits: a reader must be able to add them up. */
function text(value: number | null): string {
  return value === null ? 'undefined' : String(value);
}
