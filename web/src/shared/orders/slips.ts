// What can be done to slips, one or many at once.
import { http, ifMatch, type Schema } from '@/api/client';
import { isApiError } from '@/api/errors';

export type SlipRow = Schema<'SlipRow'>;

export const SLIP_ACTS = ['return', 'approve', 'reject', 'lose'] as const;
export type SlipAct = (typeof SLIP_ACTS)[number];

/** States an act starts from. */
const FROM: Record<SlipAct, readonly string[]> = {
  return: ['due', 'rejected', 'lost'],
  approve: ['returned'],
  reject: ['returned'],
  lose: ['due', 'rejected'],
};

/** Acts that ask for a reason. */
export const REASONED: readonly SlipAct[] = ['reject', 'lose'];

/** Whether an act fits all of some slips. */
export const fits = (rows: readonly SlipRow[], act: SlipAct): boolean =>
  rows.length > 0 && rows.every((row) => FROM[act].includes(row.state));

/** Slips that were not handled, and why. */
export interface Failure {
  order: string;
  why: string;
}

export interface Outcome {
  done: number;
  failures: Failure[];
}

const call = (row: SlipRow, act: SlipAct, reason: string): Promise<unknown> =>
  http.POST('/api/v1/slips/{order}/{act}', {
    params: { path: { order: row.order, act }, header: { 'If-Match': `"${row.version}"` } },
    headers: ifMatch(row.version),
    body: { reason },
  });

/** Handles slips one after the other. One that is refused leaves the others as they are; a lost connection ends it. */
export async function handle(rows: readonly SlipRow[], act: SlipAct, reason: string, one = call): Promise<Outcome> {
  const outcome: Outcome = { done: 0, failures: [] };
  for (const row of rows) {
    try {
      await one(row, act, reason);
      outcome.done += 1;
    } catch (error) {
      if (!isApiError(error) || (error.offline && outcome.done === 0)) throw error;
      outcome.failures.push({ order: row.order, why: error.message });
      if (error.offline) break;
    }
  }
  return outcome;
}
