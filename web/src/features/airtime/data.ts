// What the pages of terminals share.
import { queries, type Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Terminal = Schema<'TerminalRow'>;

export const STATES = ['placed', 'stock', 'lost'] as const;
export const TONES: Record<string, Tone> = { placed: 'good', stock: 'plain', lost: 'bad' };
export const DIFFERENCE_TONES: Record<string, Tone> = { open: 'warn', acknowledged: 'plain', taken: 'good' };

/** Has terminals and days read anew. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [first, second] }) =>
      (first === 'table' && /^(terminals|top-up-days)$/.test(String(second))) ||
      (first === 'get' && /\/(terminals|top-up-days)\b/.test(String(second))),
  });
}
