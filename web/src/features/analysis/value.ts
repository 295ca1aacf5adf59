// What people type for a target, and the metric's unit: yuan and fen, per cent and parts of a million, or a plain number.
import { fenOf } from '@/shared/format/money';

/** `undefined` for what is no number of the unit. */
export function valueOf(unit: string, text: string): number | undefined {
  const plain = text.trim().replace(/%$/, '');
  const hundredths = fenOf(plain);
  if (hundredths === undefined || hundredths < 0) return undefined;
  if (unit === 'fen') return hundredths;
  if (unit === 'ppm') return hundredths * 100;
  return hundredths % 100 === 0 ? hundredths / 100 : undefined;
}

/** A target as it is typed. */
export const typed = (unit: string, value: number): string =>
  unit === 'fen' ? (value / 100).toFixed(2) : unit === 'ppm' ? String(value / 10_000) : String(value);
