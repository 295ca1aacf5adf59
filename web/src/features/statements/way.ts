import type { Schema } from '@/api/client';

type Totals = Schema<'TotalsView'>;

/** A step from the lines of a statement to its payment, in fen. */
export interface Step {
  name: 'lines' | 'adjustments' | 'advances' | 'brought' | 'due' | 'direct' | 'tax' | 'offsets' | 'carried' | 'payment';
  /** What the step adds or takes; of a sum the sum. */
  fen: number;
  /** The sum before it. */
  from: number;
  /** The sum after it. */
  to: number;
  isSum: boolean;
}

const ADDED = ['adjustments', 'advances', 'brought'] as const;
const TAKEN = ['direct', 'tax', 'offsets', 'carried'] as const;

/** The steps that change something, with the sums they start from, come to and end at. */
export function steps(totals: Totals): Step[] {
  const found: Step[] = [{ name: 'lines', fen: totals.lines, from: 0, to: totals.lines, isSum: true }];
  let at = totals.lines;
  const go = (name: Step['name'], fen: number) => {
    if (fen !== 0) found.push({ name, fen, from: at, to: at + fen, isSum: false });
    at += fen;
  };
  for (const name of ADDED) go(name, totals[name]);
  if (found.length > 1) found.push({ name: 'due', fen: at, from: 0, to: at, isSum: true });
  for (const name of TAKEN) go(name, -totals[name]);
  found.push({ name: 'payment', fen: at, from: 0, to: at, isSum: true });
  return found;
}
