import { describe, expect, it } from 'vitest';
import { summarise } from '../metrics/headline.ts';
import { createRandom, type Random } from '../random/random.ts';
import { compareMethods, type Comparison } from './compare.ts';
import { criticalDifference, type CriticalDifference } from './critical-difference.ts';
import { normalTail } from './distributions.ts';
import { wilcoxonP } from './wilcoxon.ts';
import { simulateExam, simulateMethod, type ScoreCounts, type ScoreSpread } from './simulated-scores.ts';

/** Fewer than the 1,000 of the protocol: a simulation repeats hundreds of benchmarks. */
const DRAWS = 200;

/** About what real cohorts show: patients differ more than sections, genes more than either. */
const exam: ScoreSpread = { patient: 0.06, section: 0.03, gene: 0.1, rest: 0 };
const own: ScoreSpread = { patient: 0.03, section: 0.02, gene: 0.02, rest: 0.05 };
/** Methods that answer every gene of the panel equally well: what a test over patients, which takes the panel as given, calls equal. */
const sameGenes: ScoreSpread = { ...own, gene: 0 };
const none: ScoreSpread = { patient: 0, section: 0, gene: 0, rest: 0 };

function benchmark(skills: readonly number[], counts: ScoreCounts, random: Random, spread = own): Comparison {
  const shared = simulateExam(counts, exam, random);
  const methods = skills.map((skill, m) => ({
    name: `method${m}`,
    runs: [{ seed: 0, sections: simulateMethod(skill, shared, counts, spread, random) }],
  }));
  return compareMethods(methods, { genes: shared.genes, bootstrap: { seed: 1, draws: DRAWS } });
}

/** One stream per simulated benchmark. */
const streams = (repeats: number, name: string): Random[] =>
  Array.from({ length: repeats }, (_, k) => createRandom(2024, name, k));

/** Share of simulated benchmarks in which something happens. */
const rate = (repeats: number, name: string, happens: (random: Random) => boolean): number =>
  streams(repeats, name).filter(happens).length / repeats;

/** False claims of each kind among equal methods, as shares of the benchmarks. */
function falseClaims(methodCount: number, repeats: number, counts: ScoreCounts, spread = own) {
  const skills = new Array<number>(methodCount).fill(0.2);
  const results = streams(repeats, `equal-${methodCount}`).map((random) => benchmark(skills, counts, random, spread));
  const share = (claim: (comparison: Comparison) => boolean): number => results.filter(claim).length / repeats;
  return {
    firstInterval: share(({ pairs }) => pairs[0].ci![0] > 0 || pairs[0].ci![1] < 0),
    anyTest: share(({ pairs }) => pairs.some(({ significant }) => significant)),
    anyGroup: share(({ methods }) => methods.some(({ tieGroup }) => tieGroup > 1)),
  };
}

/** Two standard errors above a nominal rate: what a correct procedure exceeds once in forty seeds, and this seed does not. */
const noMoreThan = (nominal: number, repeats: number): number =>
  nominal + 2 * Math.sqrt((nominal * (1 - nominal)) / repeats);

describe('equal methods', () => {
  const counts = { patients: 8, sections: 3, genes: 20 };
  const repeats = 200;

  it('two of them: intervals exclude 0, tests reject and groups split no more often than they may', () => {
    const { firstInterval, anyGroup } = falseClaims(2, repeats, counts);
    const { anyTest } = falseClaims(2, repeats, counts, sameGenes);
    for (const share of [firstInterval, anyGroup, anyTest])
      expect(share).toBeLessThanOrEqual(noMoreThan(0.05, repeats));
  });

  it('six of them: any false claim at all, in tests or groups, is as rare', () => {
    const { anyTest, anyGroup } = falseClaims(6, repeats / 2, counts);
    expect(anyTest).toBeLessThanOrEqual(noMoreThan(0.05, repeats / 2));
    expect(anyGroup).toBeLessThanOrEqual(noMoreThan(0.05, repeats / 2));
  });
});

describe('a planted difference', () => {
  // sd of a patient's difference: sqrt(2 (0.03^2 + 0.02^2 / 3 + ...)) = 0.049; 0.1 is two of them
  it('of two standard deviations is found in most benchmarks of 8 patients', () => {
    const counts = { patients: 8, sections: 3, genes: 20 };
    const found = rate(60, 'planted', (random) => {
      const { pairs, methods } = benchmark([0.3, 0.2], counts, random);
      return pairs[0].significant && methods[1].tieGroup === 2 && methods[0].name === 'method0';
    });
    expect(found).toBeGreaterThan(0.8);
  });

  it('of one standard deviation is found as often as the test over 8 patients can find it', () => {
    const counts = { patients: 8, sections: 3, genes: 20 };
    const [difference, repeats] = [0.05, 200];
    const perPatient = sameGenes.patient ** 2 + sameGenes.section ** 2 / counts.sections;
    const sd = Math.sqrt(2 * (perPatient + sameGenes.rest ** 2 / (counts.sections * counts.genes)));
    // The power of the signed-rank test on the patients' differences alone, which are normal with this mean and sd.
    const power = rate(4000, 'power', (random) => {
      const differences = Array.from({ length: counts.patients }, () => difference + sd * random.normal());
      return wilcoxonP(differences) <= 0.05;
    });
    const found = rate(repeats, 'one-sd', (random) => {
      const { pairs, methods } = benchmark([0.2 + difference, 0.2], counts, random, sameGenes);
      return pairs[0].significant && methods[0].name === 'method0';
    });
    expect(power).toBeGreaterThan(0.5);
    expect(power).toBeLessThan(0.9);
    expect(Math.abs(found - power)).toBeLessThan(2 * Math.sqrt((power * (1 - power)) / repeats));
  });

  it('is not found in any of many benchmarks of 4 patients', () => {
    const counts = { patients: 4, sections: 2, genes: 10 };
    const found = rate(50, 'four', (random) => {
      const { pairs, methods } = benchmark([0.9, 0.5, 0.1], counts, random);
      return pairs.some(({ significant }) => significant) || methods.some(({ tieGroup }) => tieGroup > 1);
    });
    expect(found).toBe(0);
  });

  it('is never called significant with 5 patients or fewer, however large', () => {
    for (const patients of [1, 2, 4, 5]) {
      const result = benchmark([0.9, 0.1], { patients, sections: 2, genes: 10 }, createRandom(7, patients));
      expect(result.pairs[0]).toMatchObject({ a: 'method0', significant: false });
      expect(result.pairs[0].pHolm).toBeGreaterThan(0.05);
      expect(result.methods.map(({ tieGroup }) => tieGroup)).toEqual([1, 1]);
      expect(result.note).toMatch(/no difference is called significant/);
    }
  });
});

describe('average ranks', () => {
  /** Values of `skills.length` methods over patients, normal with sd 1. */
  const ranked = (skills: readonly number[], patients: number, random: Random): CriticalDifference =>
    criticalDifference(
      skills.map((skill, m) => ({
        name: `method${m}`,
        patients: Array.from({ length: patients }, () => skill + random.normal()),
      })),
    );

  it("of equal methods differ no more often than they may, by Friedman's test as by Nemenyi's difference", () => {
    const repeats = 150;
    const results = streams(repeats, 'ranks').map((random) => ranked([0, 0, 0, 0], 8, random));
    const share = (claim: (found: CriticalDifference) => boolean): number => results.filter(claim).length / repeats;
    const friedman = share((found) => found.friedman!.p <= 0.05);
    const nemenyi = share(({ averageRanks, cd }) => averageRanks[3].rank - averageRanks[0].rank > cd!);
    const groups = share((found) => found.groups.length !== 1 || found.groups[0].length !== 4);
    for (const rate of [friedman, nemenyi, groups]) expect(rate).toBeLessThanOrEqual(noMoreThan(0.05, repeats));
    // A test by permutation is exact: it is not rarer than it may be either, as far as this many benchmarks can tell.
    expect(friedman).toBeGreaterThanOrEqual(0.05 - 2 * Math.sqrt((0.05 * 0.95) / repeats));
  });

  it('of two methods differ as often as all 8 patients prefer the better one', () => {
    // Of two methods Friedman's test is a sign test: 8 of 8 have p = 2 / 2^8, 7 of 8 already 0.07.
    const [repeats, difference] = [100, 2.3];
    const preferred = 1 - normalTail(difference / Math.SQRT2);
    const power = preferred ** 8;
    const found = rate(repeats, 'preferred', (random) => {
      const { groups, averageRanks } = ranked([difference, 0], 8, random);
      return groups.length === 0 && averageRanks[0].name === 'method0';
    });
    expect(power).toBeGreaterThan(0.5);
    expect(power).toBeLessThan(0.9);
    expect(Math.abs(found - power)).toBeLessThan(2 * Math.sqrt((power * (1 - power)) / repeats));
  });

  it('differ in none of many benchmarks of 4 patients, however large the difference', () => {
    const found = streams(50, 'four ranks').map((random) => ranked([9, 4, 0], 4, random));
    for (const { groups, friedman, cd } of found) {
      expect([friedman, cd]).toEqual([null, null]);
      expect(groups).toEqual([['method0', 'method1', 'method2']]);
    }
  });
});

describe('the headline interval', () => {
  // genes are fixed here: a panel is the whole exam, and what varies between cohorts is patients and sections
  const coverage = (patients: number): number => {
    const counts = { patients, sections: 3, genes: 20 };
    return rate(300, `coverage-${patients}`, (random) => {
      const shared = simulateExam(counts, { ...exam, gene: 0 }, random);
      const sections = simulateMethod(0.2, shared, counts, { ...none, rest: 0.05 }, random);
      const { ci } = summarise([{ seed: 0, sections }], { genes: shared.genes, bootstrap: { seed: 1, draws: DRAWS } });
      return ci![0] <= 0.2 && 0.2 <= ci![1];
    });
  };

  it('covers the truth at about its level with 8 patients', () => {
    expect(coverage(8)).toBeGreaterThan(0.95 - 2 * Math.sqrt((0.95 * 0.05) / 300));
  });

  it('covers less with 2 patients, as its description says', () => {
    expect(coverage(2)).toBeLessThan(0.9);
  });
});
