/** What a documented command does here: nothing, because of `skip`, or it ends with `code` and says something that matches. */
export type Expectation = { readonly skip: string } | { readonly code: number; readonly says: RegExp };

/** First match decides. Commands that need what a test machine lacks say so, and that is what is expected of them. */
const EXPECTATIONS: readonly (readonly [RegExp, Expectation])[] = [
  [/^npm (ci|install|test|pack|run lock)\b/, { skip: 'what brought this test here' }],
  [/^npm run (lint|types|format:write|schemas)\b/, { skip: 'a step of CI of its own' }],
  [/^npm run engine:/, { skip: 'installs a library of gigabytes from the network' }],
  [/^npm run perf\b/, { skip: 'minutes of benchmarks' }],
  [/^npx (vitest|tsx)\b/, { skip: 'needs real data or the peers of a benchmark' }],
  [/^npx nx g\b/, { skip: 'run by the tutorial tests' }],
  [/my-(method|data|net)/, { skip: 'run by the tutorial tests' }],
  [/--golden numbers\.json/, { skip: "the author's file" }],
  [/^npx spotbench (data fetch|weights fetch)/, { code: 1, says: /SPOTBENCH_OFFLINE/ }],
  [/^npx spotbench data (verify|read) her2st/, { code: 1, says: /her2st/ }],
  [
    /--regime finetune --from-scratch/,
    { skip: 'trains an image encoder: minutes; packages/bench/tests does so with a small one' },
  ],
  [/--regime finetune/, { code: 1, says: /spotbench weights fetch/ }],
  [/^npx (spotbench publish|nx run bench:publish)$/, { code: 1, says: /synthetic|Failed/ }],
  [
    /^npx spotbench (publish --(check|rebuild)|diff HEAD)/,
    { skip: 'about what is committed, which a test of its own checks' },
  ],
  [/--dataset her2st/, { skip: 'needs real data' }],
];

export function expectationOf(words: readonly string[]): Expectation {
  const text = words.join(' ');
  return EXPECTATIONS.find(([pattern]) => pattern.test(text))?.[1] ?? { code: 0, says: /./ };
}

/** The command on one fold of the demo cohort with quick methods, where it does not say itself what to run on; a number of that fold. */
export function narrowed(words: readonly string[]): readonly string[] {
  const [program, what, verb] = words;
  if (verb === 'explain' && !words.includes('--published')) return [...words, '--fold', '0'];
  const isRun =
    program === 'npx' && ((what === 'spotbench' && verb === 'run') || words.join(' ').includes('nx run bench:all'));
  if (!isRun) return words;
  const options = { '--dataset': 'demo', '--protocol': 'patient-out', '--fold': '0', '--method': 'ridge,zeros' };
  return [...words, ...Object.entries(options).flatMap(([name, value]) => (words.includes(name) ? [] : [name, value]))];
}
