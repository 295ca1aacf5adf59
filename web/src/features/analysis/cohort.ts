// The triangle of cohorts, from two answers of the catalogue.
import type { Table } from '@/shared/figures/ask';

export interface CohortCell {
  active: number;
  /** Of who joined; null where nobody did. */
  share: number | null;
  /** 0 to 4, from few to all. */
  shade: number;
}

export interface Cohort {
  month: string;
  size: number;
  /** After 3, 6 and 12 months, parts of a million; null where that is still to come. */
  retained: (number | null)[];
  /** From the month of joining on; as many as months have passed and were reported. */
  cells: CohortCell[];
}

const monthsBetween = (from: string, to: string): number => {
  const [a, b] = [from, to].map((month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)));
  return b! - a!;
};

/** Months after which the share retained is told. */
export const RETAINED_AFTER = [3, 6, 12] as const;

/** Shares below this are the palest; above, each tenth is a shade darker. */
const PALEST = 0.6;

const shadeOf = (share: number | null): number => (share === null ? 0 : Math.min(4, Math.max(0, Math.floor((share - PALEST) * 10) + 1)));

/** Cohorts by month joined: `active` by month across ages, `sizes` by month with the shares retained. */
export function triangle(active: Table, sizes: Table, last: string): Cohort[] {
  const ages = active.across.map((head) => Number(head.key));
  return sizes.rows.map((row) => {
    const month = row.key[0] ?? '';
    const size = row.cells[0]?.value ?? 0;
    const held = active.rows.find((one) => one.key[0] === month);
    const reported = monthsBetween(month, last);
    const known = ages.flatMap((age, at) => {
      const value = held?.cells[at]?.value;
      return age <= reported && value !== null && value !== undefined && value > 0 ? [[age, value] as const] : [];
    });
    const oldest = Math.max(-1, ...known.map(([age]) => age));
    const at = new Map(known);
    const cells = Array.from({ length: oldest + 1 }, (_, age) => {
      const value = at.get(age) ?? 0;
      const share = size > 0 ? value / size : null;
      return { active: value, share, shade: shadeOf(share) };
    });
    // States may be reported for fewer months than have passed: what nobody told is not a loss.
    const retained = RETAINED_AFTER.map((months, at) => (months < cells.length ? (row.cells[at + 1]?.value ?? null) : null));
    return { month, size, retained, cells };
  });
}
