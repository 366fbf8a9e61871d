import tseslint from 'typescript-eslint';

const sources = ['**/*.ts'];

/** Amounts are exact: neither binary floating point nor its rounding may touch them (F7). */
const exactMoney = [
  { selector: "CallExpression[callee.name='parseFloat']", message: 'F7: parse amounts with domain/rules/decimal.ts.' },
  { selector: "CallExpression[callee.object.name='Number'][callee.property.name='parseFloat']", message: 'F7: parse amounts with domain/rules/decimal.ts.' },
  { selector: "CallExpression[callee.property.name='toFixed']", message: 'F7: format amounts with domain/rules/money.ts.' },
];

/** What is replayed and kept once per cached process stays free of node, schema library, logger, database and server. */
const replayed = {
  'no-restricted-imports': 'off',
  '@typescript-eslint/no-restricted-imports': ['error', {
    patterns: [
      { group: ['node:*', 'pino', 'pg', 'knex', 'express', 'zod'], message: 'Workflow code is replayed: only pure code may be imported.' },
      { regex: '/activities/', allowTypeImports: true, message: 'Import activities as types and call them through parts/proxies.ts.' },
    ],
  }],
};

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.kontor/', 'bench/peers/dbos/', 'bench/peers/statements/', 'bench/peers/nomenklatura/'] },
  {
    files: sources,
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'smart'],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
    },
  },
  {
    files: ['money', 'decimal', 'posting-key'].map((name) => `domain/rules/${name}.ts`).concat(['accounts-payable', 'cash-application', 'ledger', 'group', 'invoice', 'payments', 'reconciliation'].map((folder) => `domain/rules/${folder}/**/*.ts`)),
    rules: { 'no-restricted-syntax': ['error', ...exactMoney] },
  },
  // Answers of the API are described by its OpenAPI document, rows by the migrations; these files read the members that they name.
  { files: ['bin/demo/callers.ts', 'test/api/client.ts', 'test/api/kpis.test.ts'], rules: { '@typescript-eslint/no-explicit-any': 'off' } },
  { files: ['workflows/**/*.ts'], rules: replayed },
);
