// What is left of a work ID's limits today.
import type { Schema } from '@/api/client';

export type Level = Schema<'LevelView'>;
export type Counts = Schema<'OrderCounts'>;

export interface Left {
  perOrder: number | null;
  orders: { limit: number; used: number; left: number } | null;
  amount: { limit: number; used: number; left: number } | null;
}

/** What was sent today counts, also what was cancelled since; drafts do not. */
export function left(level: Level | undefined, counts: Counts | undefined): Left {
  const limits = level?.limits.find((one) => one.holder === 'clerk');
  const sent = (counts?.states ?? []).filter((one) => one.state !== 'draft');
  const sum = (pick: (one: Schema<'OrdersOfState'>) => number) => sent.reduce((all, one) => all + pick(one), 0);
  const of = (limit: number | null | undefined, used: number) =>
    limit === null || limit === undefined ? null : { limit, used, left: Math.max(0, limit - used) };
  return {
    perOrder: limits?.per_order ?? null,
    orders: of(
      limits?.orders_per_day,
      sum((one) => one.orders),
    ),
    amount: of(
      limits?.per_day,
      sum((one) => one.amount),
    ),
  };
}
