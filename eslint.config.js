import { existsSync, readdirSync, readFileSync } from 'node:fs';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Arrows point one way: core <- engine <- methods <- bench. Each layer lists what it may not import. */
const packageJson = (name) => new URL(`packages/${name}/package.json`, import.meta.url);
/** Packages that declare methods or controls; there is no list to add one to. */
const methodPackages = readdirSync(new URL('packages', import.meta.url)).filter(
  (name) => existsSync(packageJson(name)) && 'spotbench' in JSON.parse(readFileSync(packageJson(name), 'utf8')),
);
const scoped = (names) => names.flatMap((name) => [`@spotbench/${name}`, `@spotbench/${name}/*`]);
const forbiddenImports = {
  core: scoped(['engine', 'bench', ...methodPackages]).concat('@tensorflow/*', 'onnxruntime-*'),
  engine: scoped(['bench', ...methodPackages]),
  ...Object.fromEntries(
    methodPackages.map((name) => [name, scoped(['bench', ...methodPackages.filter((other) => other !== name)])]),
  ),
};
const boundaries = Object.entries(forbiddenImports).map(([name, group]) => ({
  files: [`packages/${name}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group,
            allowTypeImports: name === 'core',
            message: 'arrows point one way: core <- engine <- methods <- bench',
          },
          { group: ['**/packages/**', '../../*/src/**', '../../../*/src/**'], message: 'import the package by name' },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '.nx', '.spotbench', 'results', 'coverage', '**/*.{js,mjs,cjs}'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'use the seeded generator of @spotbench/core' },
        { object: 'Date', property: 'now', message: 'use clock.ts of @spotbench/core' },
      ],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      eqeqeq: 'error',
    },
  },
  ...boundaries,
  {
    files: ['**/*.config.ts', '*.config.js'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
