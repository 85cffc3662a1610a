import { words } from '@vitrine/ui';
import { describe, expect, it } from 'vitest';
import en from './en';
import zhCN from './zh-CN';

function keysOf(messages: object, prefix = ''): string[] {
  return Object.entries(messages).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value as object, `${prefix}${key}.`),
  );
}

const files = import.meta.glob<string>(['../**/*.{vue,ts}', '!../**/*.test.ts'], {
  eager: true,
  query: '?raw',
  import: 'default',
});
const known = new Set([...keysOf(zhCN), ...keysOf(words['zh-CN'], 'w.')]);
const code = Object.values(files).join('\n');

describe('the console’s messages', () => {
  it('exist in both languages', () => {
    expect(keysOf(en)).toEqual(keysOf(zhCN));
  });

  it('have the same places to fill in both languages', () => {
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    const textOf = (messages: object, key: string) =>
      key.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], messages) as string;
    for (const key of keysOf(zhCN)) expect(places(textOf(en, key)), key).toEqual(places(textOf(zhCN, key)));
  });

  it('include every key the pages name', () => {
    const named = [...code.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter((key) => !known.has(key))).toEqual([]);
  });
});
