// What the pages of prices share.
import { queries, type Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Book = Schema<'PriceBook'>;
export type Whole = Schema<'PriceBookWhole'>;
export type Check = Schema<'PriceCheck'>;
export type Case = Schema<'PriceCase'>;
export type CaseWhole = Schema<'PriceCaseWhole'>;
export type Finding = Schema<'DiversionFinding'>;

export const BOOK_KINDS = ['base', 'season', 'promotion', 'match'] as const;
export const MODES = ['recommended', 'agency', 'approved_floor'] as const;
export const BOOK_STATES = ['submitted', 'draft', 'published', 'refused', 'withdrawn'] as const;
export const BOOK_TONES: Record<string, Tone> = {
  submitted: 'warn',
  draft: 'plain',
  published: 'good',
  refused: 'bad',
  withdrawn: 'plain',
};
export const SEEN = ['tag', 'quoted', 'complaint', 'rival'] as const;
export const VERDICTS = ['violation', 'low', 'high', 'fine', 'unpriced', 'noted'] as const;
export const VERDICT_TONES: Record<string, Tone> = { violation: 'bad', low: 'warn', high: 'warn', fine: 'good' };
export const CASE_STATES = ['found', 'notified', 'explained', 'decided', 'appealed', 'final', 'rechecked', 'closed'] as const;
export const CASE_TONES: Record<string, Tone> = {
  found: 'bad',
  notified: 'warn',
  explained: 'warn',
  decided: 'info',
  appealed: 'warn',
  final: 'info',
  rechecked: 'good',
  closed: 'plain',
};
export const MEASURES = ['none', 'talk', 'warning', 'deduction', 'supply_stop'] as const;
export type Measure = (typeof MEASURES)[number];
export const DECIDED_TONES: Record<string, Tone> = {
  requested: 'warn',
  submitted: 'warn',
  approved: 'good',
  refused: 'bad',
  ended: 'plain',
};

/** Measures that may be chosen: up to the ladder's step, and a talk at most where counsel approved a floor. */
export function measures(whole: Pick<CaseWhole, 'ladder'>, mode: string, before: string): Measure[] {
  const hardest = mode === 'approved_floor' ? 'talk' : ((whole.ladder.at(-1) ?? 'talk') as Measure);
  const limits = [hardest, ...(before ? [before as Measure] : [])].map((one) => MEASURES.indexOf(one));
  return MEASURES.filter((_, at) => at <= Math.min(...limits));
}

/** The share by which a price changed, hundredths of a percent; none where there was none. */
export function changed(before: number | null, after: number | null): number | undefined {
  if (before === null || after === null || before === 0 || before === after) return undefined;
  return Math.round(((after - before) * 10_000) / before);
}

/** Whether checks may be one case: violations of one outlet and product without a case. */
export const together = (rows: Pick<Check, 'outlet' | 'product' | 'may_case'>[]): boolean =>
  rows.length > 0 && rows.every((row) => row.may_case && row.outlet === rows[0]!.outlet && row.product === rows[0]!.product);

/** Has everything of prices read anew. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [first, second] }) =>
      (first === 'table' && /^(price|area|diversion)/.test(String(second))) ||
      (first === 'get' && /\/(price|area-auth|diversion)/.test(String(second))),
  });
}

/** The change of pieces as a share of those before; none where there were none. */
export const grew = (now: number, before: number): number | undefined => (before > 0 ? (now - before) / before : undefined);
