// The steps of the funnel from people at the door to money.
import type { Cell } from '@/shared/figures/ask';

/** Visitors, customers, orders, cash: as the catalogue answers them, in this order. */
export const STEPS = ['visitors', 'customers', 'orders', 'cash'] as const;

export interface Steps {
  /** Null where nobody counts the people who come in. */
  visitors: number | null;
  customers: number;
  orders: number;
  /** Fen. */
  cash: number;
  /** Customers of visitors. */
  came: number | null;
  /** Orders for each customer. */
  bought: number | null;
  /** Fen for each order. */
  worth: number | null;
}

const over = (of: number, to: number | null): number | null => (to ? of / to : null);

/** What a row of four figures says; a step with nobody before it has no rate. */
export function steps(cells: (Cell | undefined)[]): Steps {
  const [visitors, customers, orders, cash] = STEPS.map((_, at) => cells[at]?.value ?? 0) as [number, number, number, number];
  const counted = visitors > 0 ? visitors : null;
  const worth = over(cash, orders);
  return {
    visitors: counted,
    customers,
    orders,
    cash,
    came: over(customers, counted),
    bought: over(orders, customers),
    worth: worth === null ? null : Math.round(worth),
  };
}
