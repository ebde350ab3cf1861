import tseslint from 'typescript-eslint'
import reactHooks from 'eslint-plugin-react-hooks'

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Name what you export; a default export has no name to search for.'
}
const pureCode = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Core takes nowMs; it never reads a clock.'
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Core takes nowMs; it never reads a clock.'
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Core takes a seeded random source.'
  },
  {
    selector: "CallExpression[callee.object.name='performance']",
    message: 'Core takes nowMs; it never reads a clock.'
  }
]

export default tseslint.config(
  {
    ignores: [
      'out/',
      'dist/',
      '.tsbuild/',
      'node_modules/',
      'test-results/',
      'playwright-report/',
      '**/*.cjs',
      'eslint.config.js',
      'bin/'
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true }
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true }
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'typeLike', format: ['PascalCase'] },
        {
          selector: 'interface',
          format: ['PascalCase'],
          custom: { regex: '^I[A-Z]', match: false }
        },
        {
          selector: ['variable', 'function', 'parameter'],
          format: ['camelCase', 'PascalCase'],
          leadingUnderscore: 'forbid'
        }
      ],
      'no-restricted-syntax': ['error', noDefaultExport],
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: false }]
    }
  },
  {
    files: ['src/core/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, ...pureCode] }
  },
  { files: ['*.config.ts', '**/*.d.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['src/renderer/**/*.ts', 'src/renderer/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules }
  }
)
