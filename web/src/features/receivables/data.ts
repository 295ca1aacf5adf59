// What the pages of receivables share.
import { queries, type Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Whole = Schema<'ReceivableWhole'>;
export type Invoice = Schema<'ReceivableInvoice'>;
export type Offset = Schema<'OffsetView'>;

export const DEPOSITS = ['terminal', 'goods', 'guarantee'] as const;
export const OFFSET_STATES = ['submitted', 'approved', 'stating', 'done', 'refused'] as const;
export const OFFSET_TONES: Record<string, Tone> = { submitted: 'warn', approved: 'info', stating: 'info', done: 'good', refused: 'plain' };

/** What the four buckets of ageing are called: `0–30`, `31–60`, `61–90`, `>90`. */
export function buckets(steps: readonly number[]): string[] {
  const names = steps.map((step, at) => `${at === 0 ? 0 : (steps[at - 1] ?? 0) + 1}–${step}`);
  return [...names, `>${steps.at(-1) ?? 0}`];
}

/** Has accounts, deposits and offsets read anew. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [first, second] }) =>
      (first === 'table' && /^(receivables|deposits|offsets)$/.test(String(second))) ||
      (first === 'get' && /\/(receivables|deposits|offsets)\b/.test(String(second))),
  });
}
