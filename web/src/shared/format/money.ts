// Fen to words. Amounts are whole fen everywhere else; only this file makes text of them.
import { currentLang, type Lang } from '@/i18n';

const sign = (value: number) => (value < 0 ? '−' : '');

const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** `123450` → `1,234.50`. Tables: the unit stands in the head. */
export function money(fen: number): string {
  const all = Math.abs(fen);
  return `${sign(fen)}${grouped(String(Math.floor(all / 100)))}.${String(all % 100).padStart(2, '0')}`;
}

/** `¥1,234.50`. */
export const yuan = (fen: number): string => (fen < 0 ? `−¥${money(-fen)}` : `¥${money(fen)}`);

/** A count with thousands: `12,345`. */
export const count = (value: number): string => sign(value) + Math.abs(value).toLocaleString('en-US', { maximumFractionDigits: 2 });

const UNITS: Record<Lang, [number, string][]> = {
  'zh-CN': [
    [1, ''],
    [1e4, '万'],
    [1e8, '亿'],
    [1e12, '万亿'],
  ],
  en: [
    [1, ''],
    [1e3, 'K'],
    [1e6, 'M'],
    [1e9, 'B'],
  ],
};

/** A large figure in 万/亿 (K/M/B), at most four digits; the unit is chosen after rounding. Show the exact one in `title`. */
export function short(value: number, lang: Lang = currentLang()): string {
  const units = UNITS[lang];
  const size = Math.abs(value);
  if (size < 1e4 && Math.round(size * 100) / 100 < 1e4) return sign(value) + size.toLocaleString('en-US', { maximumFractionDigits: 2 });
  for (let index = 1; index < units.length; index += 1) {
    const [unit, word] = units[index]!;
    const scaled = size / unit;
    const digits = scaled < 100 ? 2 : scaled < 1000 ? 1 : 0;
    const rounded = Number(scaled.toFixed(digits));
    const following = units[index + 1];
    if (!following || rounded * unit < following[0])
      return sign(value) + rounded.toLocaleString('en-US', { maximumFractionDigits: digits }) + word;
  }
  return String(value);
}

/** Fen as a key figure: `¥1.86亿`. */
export const shortYuan = (fen: number, lang: Lang = currentLang()): string =>
  fen < 0 ? `−¥${short(-fen / 100, lang)}` : `¥${short(fen / 100, lang)}`;

/** A share given as parts of one: `0.1234` → `12.3%`. */
export const percent = (share: number, digits = 1): string => `${sign(share)}${(Math.abs(share) * 100).toFixed(digits)}%`;

/** Basis points of a commission rate: `1250` → `12.50%`. */
export const basisPoints = (points: number): string => `${sign(points)}${(Math.abs(points) / 100).toFixed(2)}%`;

/** What somebody typed in yuan, as fen; `undefined` for what is no amount of whole fen. */
export function fenOf(typed: string): number | undefined {
  const match = /^([-−])?(\d{1,13})(?:\.(\d{1,2}))?$/.exec(typed.trim().replace(/[,，¥\s]/g, ''));
  if (!match) return undefined;
  const fen = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'));
  return match[1] ? -fen : fen;
}

/** The size of a file: `812 B`, `3.4 MB`. */
export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  const step = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10));
  const scaled = size / 1024 ** step;
  return `${step === 0 ? scaled : scaled.toFixed(scaled < 10 ? 1 : 0)} ${units[step]}`;
}
