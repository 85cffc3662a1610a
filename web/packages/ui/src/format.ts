import type { Money } from '@vitrine/sdk';

export type Locale = 'zh-CN' | 'en';

const symbols: Record<string, string> = { CNY: '¥', USD: 'US$', EUR: '€', GBP: '£', HKD: 'HK$', JPY: 'JP¥' };
const wholeUnits = new Set(['JPY', 'KRW']);

export function moneySymbol(currency: string): string {
  return symbols[currency] ?? `${currency} `;
}

/** "9.90": digits only, so that a page can set the symbol smaller than the number. */
export function moneyDigits(money: Money): string {
  const decimals = wholeUnits.has(money.currency) ? 0 : 2;
  const digits = Math.abs(money.amount).toString().padStart(decimals + 1, '0');
  const whole = decimals ? digits.slice(0, -decimals) : digits;
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return (money.amount < 0 ? '-' : '') + grouped + (decimals ? `.${digits.slice(-decimals)}` : '');
}

/** ¥9.90, US$9.90, ¥1,299.00. */
export function formatMoney(money: Money): string {
  const digits = moneyDigits(money);
  return digits.startsWith('-')
    ? `-${moneySymbol(money.currency)}${digits.slice(1)}`
    : moneySymbol(money.currency) + digits;
}

/** 9,999 then 1.2万 in Chinese; 999 then 12K in English. Cut, never rounded up. */
export function formatCount(count: number, locale: Locale): string {
  if (locale === 'zh-CN') {
    if (count < 10_000) return String(count);
    return count < 100_000_000 ? `${cut(count / 10_000)}万` : `${cut(count / 100_000_000)}亿`;
  }
  if (count < 1_000) return String(count);
  return count < 1_000_000 ? `${cut(count / 1_000)}K` : `${cut(count / 1_000_000)}M`;
}

function cut(value: number): string {
  return value >= 100 ? String(Math.floor(value)) : String(Math.floor(value * 10) / 10);
}

/** For reading: a Chinese mobile number without its +86, any other as it is stored. */
export function formatPhone(phone: string): string {
  return phone.replace(/^\+86(?=1\d{10}$)/, '');
}

/** "04:59"; "1:04:59" from an hour on. Rounds up, so 00:00 means over. */
export function formatCountdown(left_ms: number): string {
  const total = Math.max(0, Math.ceil(left_ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const clock = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return hours ? `${hours}:${clock}` : clock;
}

/** Wall time on the viewer's own clock: "11-22 20:05". */
export function formatTime(at_ms: number): string {
  const at = new Date(at_ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
