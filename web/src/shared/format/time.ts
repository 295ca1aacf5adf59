// Days and instants to words, always in Shanghai whatever the browser says. Only this file formats time.
import { currentLang, type Lang } from '@/i18n';

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

const read = (at: string | Date) => {
  const found = Object.fromEntries(parts.formatToParts(typeof at === 'string' ? new Date(at) : at).map((part) => [part.type, part.value]));
  return { day: `${found.year}-${found.month}-${found.day}`, clock: `${found.hour}:${found.minute}`, second: found.second ?? '00' };
};

/** `2026-10-31 20:03` of an instant (RFC 3339). */
export function dateTime(at: string | Date): string {
  const { day, clock } = read(at);
  return `${day} ${clock}`;
}

/** With seconds, for logs. */
export function dateTimeExact(at: string | Date): string {
  const { day, clock, second } = read(at);
  return `${day} ${clock}:${second}`;
}

/** The Shanghai day of an instant. */
export const dayOf = (at: string | Date): string => read(at).day;

/** The clock of an instant in Shanghai: `09:05`. */
export const clock = (at: string | Date): string => read(at).clock;

/** An instant the server gives as microseconds since 1970. */
export const instant = (micros: number): Date => new Date(micros / 1000);

/** Today in Shanghai. */
export const today = (): string => dayOf(new Date());

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-10` → `2026年10月`, `Oct 2026`. */
export function month(value: string, lang: Lang = currentLang()): string {
  const [year, number] = value.split('-');
  if (!year || !number) return value;
  return lang === 'en' ? `${MONTHS[Number(number) - 1] ?? number} ${year}` : `${year}年${Number(number)}月`;
}

/** A month some months later or earlier. */
export function monthPlus(value: string, months: number): string {
  const [year, number] = value.split('-').map(Number) as [number, number];
  const all = year * 12 + number - 1 + months;
  return `${Math.floor(all / 12)}-${String((all % 12) + 1).padStart(2, '0')}`;
}

/** A day some days later or earlier. */
export const dayPlus = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** Days between two days, the second minus the first. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

const WEEK = { 'zh-CN': ['周日', '周一', '周二', '周三', '周四', '周五', '周六'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] };

/** 周六. */
export const weekday = (day: string, lang: Lang = currentLang()): string => WEEK[lang][new Date(`${day}T00:00:00Z`).getUTCDay()] ?? '';

/** `2026-10-01 至 2026-10-31`. */
export const range = (from: string, to: string, lang: Lang = currentLang()): string => `${from} ${lang === 'en' ? 'to' : '至'} ${to}`;
