// The days a page asks about, from its address.
import type { Params } from '@/shared/url';
import { dayPlus, monthPlus } from '@/shared/format/time';
import type { Catalogue, Filter } from './ask';

export interface Days {
  from: string;
  to: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const lastOf = (month: string): string => dayPlus(`${monthPlus(month, 1)}-01`, -1);

/** Ranges people ask for, ending with the newest business there is. */
export function presets(catalogue: Catalogue): Record<'month' | 'last_month' | 'quarter' | 'year' | 'week', Days> {
  const last = catalogue.last ?? '2026-01-31';
  const month = last.slice(0, 7);
  const before = monthPlus(month, -1);
  const clip = (days: Days): Days => ({ from: days.from, to: days.to > last ? last : days.to });
  return {
    week: { from: dayPlus(last, -6), to: last },
    month: clip({ from: `${month}-01`, to: lastOf(month) }),
    last_month: { from: `${before}-01`, to: lastOf(before) },
    quarter: clip({ from: `${monthPlus(month, -2)}-01`, to: lastOf(month) }),
    year: clip({ from: `${monthPlus(month, -11)}-01`, to: lastOf(month) }),
  };
}

/** The days of the address, or of a range where it names none. */
export function daysOf(url: Params, catalogue: Catalogue, otherwise: keyof ReturnType<typeof presets> = 'month'): Days {
  const { from, to } = url;
  if (from && to && DAY.test(from) && DAY.test(to) && from <= to) return { from, to };
  return presets(catalogue)[otherwise];
}

/** Dimensions the address can filter by, besides a part of the territory and of the tree of partners. */
export const FILTERS = [
  'kind',
  'channel',
  'subtype',
  'grade',
  'line',
  'band',
  'product',
  'outlet',
  'partner',
  'clerk',
  'state',
  'county',
] as const;

/** Filters of the address: a comma list by dimension. */
export const filtersOf = (url: Params): Filter[] =>
  ['territory', 'tree', ...FILTERS].flatMap((dimension) => {
    const values = url[dimension];
    return values ? [{ dimension, values: values.split(',') }] : [];
  });
