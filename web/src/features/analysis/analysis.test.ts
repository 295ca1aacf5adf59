import { describe, expect, it } from 'vitest';
import type { Table } from '@/shared/figures/ask';
import { triangle } from './cohort';
import { steps } from './funnel';
import { holidayRows, holidaysOf, kindsOf } from './holidays';
import { typed, valueOf } from './value';

const cell = (value: number | null) => ({ value });
const table = (part: Partial<Table>): Table =>
  ({
    by: [],
    across_by: null,
    across: [],
    metrics: [],
    days: { from: '', to: '' },
    previous: null,
    last_year: null,
    rows: [],
    rest: null,
    total: [],
    marked: [],
    snapshot: 1,
    ...part,
  }) as Table;
const row = (key: string, values: (number | null)[]) => ({ key: [key], labels: [key], rank: 1, cells: values.map(cell) });

describe('cohorts', () => {
  // R1.38
  it('are as long as months were reported, and shares are of who joined', () => {
    const active = table({
      across: [0, 1, 2, 3].map((age) => ({ key: `0${age}`, label: '' })),
      rows: [row('2026-04', [100, 90, 60, 50]), row('2026-07', [50, null, null, null])],
    });
    const sizes = table({
      rows: [row('2026-04', [100, 500_000, 0, null]), row('2026-06', [0, null, null, null]), row('2026-07', [50, null, null, null])],
    });
    const found = triangle(active, sizes, '2026-07');
    expect(found.map((one) => [one.month, one.size, one.cells.map((held) => held.share)])).toEqual([
      ['2026-04', 100, [1, 0.9, 0.6, 0.5]],
      ['2026-06', 0, []],
      ['2026-07', 50, [1]],
    ]);
    expect(found[0]!.retained).toEqual([500_000, null, null]);
    expect(found[0]!.cells.map((held) => held.shade)).toEqual([4, 4, 1, 0]);
  });
});

describe('the funnel', () => {
  // R6.39
  it('has a rate for each step that somebody stands before', () => {
    expect(steps([200, 50, 60, 120_030].map(cell))).toEqual({
      visitors: 200,
      customers: 50,
      orders: 60,
      cash: 120_030,
      came: 0.25,
      bought: 1.2,
      worth: 2001,
    });
    expect(steps([null, 0, 0, 0].map(cell))).toEqual({
      visitors: null,
      customers: 0,
      orders: 0,
      cash: 0,
      came: null,
      bought: null,
      worth: null,
    });
  });
});

describe('holidays', () => {
  // R4.35: holiday index = holiday daily average ÷ working-day daily average
  const marked = ['2026-05-01', '2026-05-02']
    .map((day) => ({ day, kind: 'holiday', name: '劳动节' }))
    .concat({ day: '2026-05-09', kind: 'work', name: '劳动节' });
  it('are days off of one name in a row, and weekends may be worked', () => {
    expect(holidaysOf(marked)).toEqual([{ name: '劳动节', from: '2026-05-01', to: '2026-05-02', days: 2 }]);
    const kinds = kindsOf('2026-04-30', '2026-05-10', marked);
    expect(['2026-04-30', '2026-05-02', '2026-05-03', '2026-05-09', '2026-05-10'].map((day) => kinds.get(day))).toEqual([
      'work',
      'holiday',
      'weekend',
      'work',
      'weekend',
    ]);
  });
  it('stand beside the average working day', () => {
    const found = holidayRows(
      table({
        days: { from: '2026-04-29', to: '2026-05-02' },
        marked,
        across: [{ key: 'a', label: 'a' }],
        rows: [row('2026-04-29', [10]), row('2026-04-30', [30]), row('2026-05-01', [8]), row('2026-05-02', [4])],
      }),
    );
    expect(found[0]!.cells).toEqual([{ average: 6, drop: 6 / 20 - 1 }]);
  });
});

describe('a target', () => {
  // R7.2
  it('is typed in the unit people read', () => {
    expect([valueOf('fen', '1,200.50'), valueOf('ppm', '42.5%'), valueOf('count', '12')]).toEqual([120_050, 425_000, 12]);
    expect([valueOf('count', '1.5'), valueOf('fen', '-1'), valueOf('ppm', 'x')]).toEqual([undefined, undefined, undefined]);
    expect([typed('fen', 120_050), typed('ppm', 425_000), typed('count', 12)]).toEqual(['1200.50', '42.5', '12']);
  });
});
