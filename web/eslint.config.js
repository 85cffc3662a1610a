// Two rules of the tree are checked here: packages never import apps, and only packages/sdk talks
// to the network by itself, so that every call carries the CSRF header and every error is an ApiError.
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

const networkGlobals = ['fetch', 'WebSocket', 'XMLHttpRequest', 'EventSource'].map((name) => ({
  name,
  message: 'Talk to the server through @vitrine/sdk.',
}));

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/schema.generated.ts', '**/components.d.ts'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    rules: {
      // Layout of templates is left to the author: these rules fight the formatter.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/attributes-order': 'off',
      'vue/multi-word-component-names': 'off',
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: ['error', 'always'],
    },
  },
  {
    files: ['packages/**/*.{ts,vue}'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/apps/**', '@vitrine/viewer', '@vitrine/console'], message: 'Packages never import apps.' }] },
      ],
    },
  },
  {
    files: ['packages/sdk/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/apps/**', '@vitrine/*', 'vue', 'vue/*'], message: 'The SDK stands alone.' }] },
      ],
    },
  },
  {
    files: ['apps/**/*.{ts,vue}', 'packages/ui/**/*.{ts,vue}', 'packages/player/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...networkGlobals] },
  },
);
