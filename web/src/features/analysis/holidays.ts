// Kinds of days, and what a holiday sold beside working days.
import type { Table } from '@/shared/figures/ask';
import { dayPlus, daysBetween } from '@/shared/format/time';

export type DayKind = 'work' | 'weekend' | 'holiday';
type Marked = Pick<Table['marked'][number], 'day' | 'kind' | 'name'>;

/** What each day of a range is. */
export function kindsOf(from: string, to: string, marked: Marked[]): Map<string, DayKind> {
  const known = new Map(marked.map((day) => [day.day, day.kind as DayKind]));
  const days = Array.from({ length: daysBetween(from, to) + 1 }, (_, at) => dayPlus(from, at));
  const plain = (day: string): DayKind => ([0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()) ? 'weekend' : 'work');
  return new Map(days.map((day) => [day, known.get(day) ?? plain(day)]));
}

export interface Holiday {
  name: string;
  from: string;
  to: string;
  days: number;
}

/** Days off of one name that follow each other. */
export function holidaysOf(marked: Marked[]): Holiday[] {
  const found: Holiday[] = [];
  for (const day of marked.filter((one) => one.kind === 'holiday').sort((a, b) => a.day.localeCompare(b.day))) {
    const last = found.at(-1);
    if (last?.name === day.name && dayPlus(last.to, 1) === day.day) {
      last.to = day.day;
      last.days += 1;
    } else found.push({ name: day.name, from: day.day, to: day.day, days: 1 });
  }
  return found;
}

export interface HolidayRow extends Holiday {
  /** Daily average by column, and of it over that of working days, less one; null where no working day sold. */
  cells: { average: number; drop: number | null }[];
}

/** Holidays down, columns of an answer by day across: averages of a day and the change against working days. */
export function holidayRows(table: Table): HolidayRow[] {
  const kinds = kindsOf(table.days.from, table.days.to, table.marked);
  const work = [...kinds.values()].filter((kind) => kind === 'work').length;
  const sum = (at: number, wanted: (day: string) => boolean) =>
    table.rows.reduce((all, row) => all + (wanted(row.key[0] ?? '') ? (row.cells[at]?.value ?? 0) : 0), 0);
  return holidaysOf(table.marked).map((holiday) => ({
    ...holiday,
    cells: table.across.map((_, at) => {
      const average = sum(at, (day) => day >= holiday.from && day <= holiday.to) / holiday.days;
      const usual = work > 0 ? sum(at, (day) => kinds.get(day) === 'work') / work : 0;
      return { average, drop: usual > 0 ? average / usual - 1 : null };
    }),
  }));
}
