// What the hand does to a plan, and by what outlets of a map are told apart.
import { describe, expect, it } from 'vitest';
import { before, changedStop, mean, moved, neighbour, weeks, type Day, type Stop } from './plan';
import { layerOf } from './layers';
import { answerWords, filesOf, scaled, valueLines } from './said';

const stop = (outlet: string, manual = false): Stop => ({ outlet, manual, purposes: ['serve'], target: '' });
const day = (date: string, outlets: string[], version = 1): Day<Stop> => ({
  day: date,
  version,
  stops: outlets.map((outlet) => stop(outlet)),
});
const days = [day('2026-08-31', ['A', 'B']), day('2026-09-01', ['C', 'A'])];
const shape = (changes: ReturnType<typeof moved>) => changes?.map((one) => [one.day, one.stops.map((each) => each.outlet).join('')]);

describe('a move', () => {
  it('writes the day it goes to first, marks the stop as placed by hand, and can be taken back', () => {
    // R7.38
    const changes = moved(days, { outlet: 'B', from: '2026-08-31', to: '2026-09-01', at: 1 })!;
    expect(shape(changes)).toEqual([
      ['2026-09-01', 'CBA'],
      ['2026-08-31', 'A'],
    ]);
    expect(changes[0]!.stops[1]!.manual).toBe(true);
    expect(before(days, changes)).toEqual([
      { day: '2026-08-31', stops: days[0]!.stops },
      { day: '2026-09-01', stops: days[1]!.stops },
    ]);
  });

  it('within a day changes the order; to where it stands it changes nothing', () => {
    expect(shape(moved(days, { outlet: 'B', from: '2026-08-31', to: '2026-08-31', at: 0 }))).toEqual([['2026-08-31', 'BA']]);
    expect(moved(days, { outlet: 'B', from: '2026-08-31', to: '2026-08-31' })).toBeUndefined();
    expect(moved(days, { outlet: 'B', from: '2026-08-31', to: '2026-08-31', at: 99 })).toBeUndefined();
  });

  it('to a day the outlet is on already, of nobody, or out of the plan is none', () => {
    expect(moved(days, { outlet: 'A', from: '2026-08-31', to: '2026-09-01' })).toBeUndefined();
    expect(moved(days, { outlet: 'X', from: '2026-08-31', to: '2026-09-01' })).toBeUndefined();
    expect(moved(days, { outlet: 'B', from: '2026-08-31', to: '2027-01-01' })).toBeUndefined();
  });

  it('adds, changes and takes away a stop of a day', () => {
    const [first] = days as [Day<Stop>];
    expect(changedStop(first, 'X', stop('X', true)).stops.map((one) => one.outlet)).toEqual(['A', 'B', 'X']);
    expect(changedStop(first, 'A', { ...stop('A'), target: '5' }).stops[0]!.target).toBe('5');
    expect(changedStop(first, 'A', undefined).stops.map((one) => one.outlet)).toEqual(['B']);
  });
});

describe('the calendar', () => {
  it('begins weeks on Monday, leaving out what is not of the plan', () => {
    const all = ['2026-09-03', '2026-09-06', '2026-09-07'].map((date) => ({ day: date }));
    expect(weeks(all).map((week) => week.map((one) => one?.day.slice(-2) ?? '--').join(' '))).toEqual([
      '-- -- -- 03 -- -- 06',
      '07 -- -- -- -- -- --',
    ]);
  });

  it('steps over days off and says how full a working day is on the whole', () => {
    // R7.38
    const kinds = ['work', 'rest', 'holiday', 'work'].map((kind, at) => ({ day: `2026-09-0${at + 1}`, kind, minutes: at * 100 }));
    expect(neighbour(kinds, '2026-09-01', 1)).toBe('2026-09-04');
    expect(neighbour(kinds, '2026-09-04', -1)).toBe('2026-09-01');
    expect(neighbour(kinds, '2026-09-04', 1)).toBeUndefined();
    expect(mean(kinds)).toBe(150);
    expect(mean([])).toBe(0);
  });
});

describe('layers of the map', () => {
  const outlet = (code: string, patch: object) => ({
    code,
    name: code,
    manager: '',
    manager_name: '',
    lat_e6: 0,
    lon_e6: 0,
    class: 'A',
    outlet_type: '',
    subtype: '',
    territory: '43',
    territory_name: '示例',
    last_visit: null,
    days_since: null,
    last_score: null,
    issues: 0,
    overdue: false,
    next_planned: null,
    ...patch,
  });

  it('tell outlets apart by the days since their visit', () => {
    // R7.38
    const rows = [7, 8, 14, 15, 28, 29, null].map((days_since, at) => outlet(`W${at}`, { days_since }));
    const { kinds, of } = layerOf(rows, 'last');
    expect(rows.map((row) => kinds[of(row)]?.code)).toEqual(['week', 'fortnight', 'fortnight', 'month', 'month', 'longer', 'never']);
  });

  it('put together what has no colour of its own', () => {
    const rows = Array.from({ length: 9 }, (_, at) => outlet(`W${at}`, { territory: `43${at}`, territory_name: `区${at}` }));
    const { kinds, of } = layerOf(rows, 'territory');
    expect(kinds).toHaveLength(6);
    expect(kinds.at(-1)).toEqual({ code: 'others' });
    expect(of(rows[8]!)).toBe(5);
    expect(layerOf([outlet('W1', { class: '' })], 'class').kinds).toEqual([{ code: 'without' }]);
  });
});

describe('answers in words', () => {
  const t = ((key: string, vars?: object) => `${key}${vars ? JSON.stringify(vars) : ''}`) as never;
  const label = (group: string, code: string) => `${group}.${code}`;
  it.each([
    [null, 'unanswered'],
    ['na', 'notHere'],
    [{ yes_no: false }, 'no'],
    [{ price: 9_900 }, '¥99.00'],
    [{ count: 3 }, '3'],
    [{ scan: ['1', '2'] }, '1comma2'],
    [{ place: { holder: 'us', intact: true } }, 'holders.uscommaplaceIntact'],
    [{ photo: ['a', 'b'] }, 'photosOf{"count":2}'],
  ])('%j', (answer, words) => expect(answerWords(answer, undefined, t, label)).toBe(words));

  it('with the digits of their unit, the photos they name and both of two values', () => {
    // R0.24
    expect(scaled(150, 2)).toBe('1.50');
    expect(filesOf({ photo: ['a'] })).toEqual(['a']);
    expect(filesOf('na')).toEqual([]);
    expect(valueLines({ answer: { grade: 2 }, photos: [], note: null })).toEqual(['answer.grade: 2', 'photos: —', 'note: —']);
  });
});
