import { describe, expect, it } from 'vitest';
import { formatCount, formatCountdown, formatMoney, formatPhone } from './format';
import { pickLocale } from './locale';
import { problemKey, problems } from './problems';
import { words } from './words';

describe('formatMoney', () => {
  it.each([
    [{ amount: 990, currency: 'CNY' }, '¥9.90'],
    [{ amount: 990, currency: 'USD' }, 'US$9.90'],
    [{ amount: 5, currency: 'CNY' }, '¥0.05'],
    [{ amount: 129_900_000, currency: 'CNY' }, '¥1,299,000.00'],
    [{ amount: 1200, currency: 'JPY' }, 'JP¥1,200'],
    [{ amount: -990, currency: 'CNY' }, '-¥9.90'],
    [{ amount: 100, currency: 'CHF' }, 'CHF 1.00'],
  ])('%j is %s', (money, text) => expect(formatMoney(money)).toBe(text));
});

describe('formatCount', () => {
  it.each([
    [9_999, '9999', '9.9K'],
    [12_345, '1.2万', '12.3K'],
    [1_234_567, '123万', '1.2M'],
    [999_999, '99.9万', '999K'],
    [123_456_789, '1.2亿', '123M'],
  ])('%d is %s in Chinese and %s in English', (count, zh, en) => {
    expect(formatCount(count, 'zh-CN')).toBe(zh);
    expect(formatCount(count, 'en')).toBe(en);
  });
});

describe('formatPhone', () => {
  it.each([
    ['+8613800001234', '13800001234'],
    ['+447700900123', '+447700900123'],
    ['+861012345678', '+861012345678'],
  ])('%s reads %s', (stored, text) => expect(formatPhone(stored)).toBe(text));
});

describe('formatCountdown', () => {
  it.each([
    [299_001, '05:00'],
    [299_000, '04:59'],
    [1, '00:01'],
    [0, '00:00'],
    [-5, '00:00'],
    [3_899_000, '1:04:59'],
  ])('%d ms left is %s', (left_ms, text) => expect(formatCountdown(left_ms)).toBe(text));
});

describe('words', () => {
  it('has every word and every problem in both languages', () => {
    expect(Object.keys(words['zh-CN'])).toEqual(Object.keys(words.en));
    expect(Object.keys(problems['zh-CN'])).toEqual(Object.keys(problems.en));
  });

  it('gives an unknown problem the general sentence', () => {
    expect(problemKey('shop.all_held')).toBe('problem.shop_all_held');
    expect(problemKey('shop.brand_new')).toBe('problem.unknown');
  });

  it('follows the browser unless somebody chose', () => {
    expect(pickLocale(null, ['zh-TW'])).toBe('zh-CN');
    expect(pickLocale(null, ['fr-FR', 'zh-CN'])).toBe('en');
    expect(pickLocale('en', ['zh-CN'])).toBe('en');
  });
});
