// The course of a visit: which checklists and goals, how far the steps are, what is put right first, and how it ends.
import { describe, expect, it } from 'vitest';
import { setup, stop } from '@/testing/field';
import type { Visit } from './draft';
import { answersOfWhole, fieldsOfWhole } from './hydrate';
import { initials, matches } from './initials';
import { distance, level, positionOf } from './place';
import { lines } from './photo';
import { path, seen, type Fields, type Goal, type Position, type Setup, type Stop, type Template, type Whole } from './records';
import {
  asLast,
  blockOf,
  completion,
  contextOf,
  doneWith,
  dueAgain,
  fixesOf,
  goalsFor,
  lastIsWhole,
  leave,
  moreTemplates,
  purposesFor,
  resultOf,
  sheetsOf,
  stepsOf,
  templatesFor,
  unsolved,
  worthOf,
} from './steps';

const basics = setup.templates[0]!;

const visit = (at: Stop, purposes = ['keep']): Visit => ({
  id: 'V',
  owner: 'test',
  stop: at,
  day: '2026-08-31',
  header: { outlet: at.outlet.code, purposes, planned_on: null, began_us: 0, templates: { visit_basics: 1 } },
  templates: [basics],
  seq: 0,
  concluded: false,
  conflicts: [],
  done: false,
});

const answered = (sign: boolean): Fields => ({
  [path.answer('visit_basics', 'sign')]: seen({ yes_no: sign }),
  [path.answer('visit_basics', 'tidy')]: seen({ grade: 2 }),
  [path.answer('visit_basics', 'shelf')]: seen({ grade: 1 }, ['p1']),
  [path.answer('visit_basics', 'facings')]: seen({ count: 4 }),
});

const goal = (purpose: string, more: Partial<Goal> = {}): Goal => ({
  purpose,
  text: purpose,
  target: 0,
  original: null,
  result: null,
  achieved: null,
  reason: '',
  ...more,
});

const checkIn = { at_us: 1, position: null, door: null, met: ['Owner'], reason: '' };
const step = { skipped: false, reason: '', at_us: 1 };

describe('beginning', () => {
  const display: Template = { ...basics, id: 'display', fits: { ...basics.fits, purposes: ['display'] } };
  const all: Setup = { ...setup, templates: [basics, display, { ...basics, id: 'price' }, { ...basics, id: 'mystery', hidden: true }] };
  const ids = (templates: Template[]) => templates.map((one) => one.id);

  it('takes the basics and what is made for its purpose; the rest may be added, what is hidden may not', () => {
    // R7.19 R7.35 R0.39
    const { outlet } = stop('O1');
    expect(ids(templatesFor(all, contextOf(outlet, ['keep'])))).toEqual(['visit_basics']);
    expect(ids(templatesFor(all, contextOf(outlet, ['display'])))).toEqual(['visit_basics', 'display']);
    expect(ids(moreTemplates(all, contextOf(outlet, ['display']), { visit_basics: 1, display: 1 }))).toEqual(['price']);
  });

  it('goes for what the plan says, else to get acquainted, to settle what is open, to keep the relation', () => {
    // R7.73 R7.39
    const issue = { id: 'i', kind: 'promise', text: '', since: '', due_on: null, overdue: false };
    const last = { visit: 'V0', day: '', manager: '', manager_name: '', scores: [], next: null };
    expect(purposesFor(stop('O1', { purposes: ['train', 'stock'] }))).toEqual(['train', 'stock']);
    expect(purposesFor(stop('O1', { purposes: [] }))).toEqual(['know']);
    expect(purposesFor(stop('O1', { purposes: [], last, issues: [issue] }))).toEqual(['serve']);
    expect(purposesFor(stop('O1', { purposes: [], last }))).toEqual(['keep']);
    const goals = goalsFor(setup, stop('O1', { target: 'Ten handsets' }), ['stock', 'keep']);
    expect(goals.map((one) => [one.path, one.value.text])).toEqual([
      ['goal.stock', 'Ten handsets'],
      ['goal.keep', 'keep'],
    ]);
  });

  it('stays on the checklist it began under', () => {
    const newer: Setup = { ...setup, templates: [{ ...basics, version: 2, sections: [] }] };
    expect(sheetsOf(newer, visit(stop('O1')), answered(true))[0]!.outcome).toMatchObject({ asked: 4, answered: 4 });
  });
});

describe('the steps', () => {
  it('are done with their records, left out with a reason, else open', () => {
    // R7.34 N31: nine done, one left out, one without a reason
    const fields: Fields = Object.fromEntries(setup.steps.map((one) => [path.step(one.id), step]));
    Object.assign(fields, answered(true), { [path.goal('keep')]: goal('keep'), [path.checkIn]: checkIn, [path.checkOut]: { at_us: 9 } });
    fields[path.step('train')] = { skipped: true, reason: 'absent', at_us: 1 };
    fields[path.step('stock')] = { skipped: true, reason: ' ', at_us: 1 };
    const steps = stepsOf(setup, fields, sheetsOf(setup, visit(stop('O1')), fields));
    const state = (id: string) => steps.find((one) => one.id === id);
    expect(state('train')?.state).toBe('skipped');
    expect(state('stock')?.state).toBe('open');
    expect(state('close')).toMatchObject({ state: 'open', lacks: ['ending'] });
    expect(completion(steps)).toBe(7273);
  });

  it('are marked as what they ask for comes', () => {
    const at = stop('O1');
    expect(doneWith(setup, visit(at), answered(true))).toEqual([]);
    const fields = { ...answered(true), [path.goal('keep')]: goal('keep'), [path.checkIn]: checkIn };
    expect(doneWith(setup, visit(at), fields)).toEqual(['plan', 'review', 'greet', 'check']);
    const more = { ...fields, [path.step('plan')]: step, [path.count('P')]: { counted: 1 }, [path.training('t')]: { person: 'A' } };
    expect(doneWith(setup, visit(at), more)).toEqual(['review', 'greet', 'check', 'stock', 'train']);
  });

  it('wait for an intended solution to what is open', () => {
    // R7.42
    const at = stop('O1', { issues: [{ id: 'shop.sign', kind: 'correction', text: '', since: '', due_on: null, overdue: false }] });
    expect(unsolved(at, { [path.issue('shop.sign')]: { text: ' ', solved: false } })).toHaveLength(1);
    expect(unsolved(at, { [path.issue('shop.sign')]: { text: 'bring one', solved: false } })).toEqual([]);
  });
});

describe('what is to be put right', () => {
  it('is ranked by what fails all, then by money', () => {
    // R7.265
    const items = basics.sections[0]!.items.map((one) => ({
      ...one,
      veto: one.id === 'shelf',
      worth_ppm: one.id === 'sign' ? 5_000 : 8_000,
    }));
    const template = { ...basics, sections: [{ ...basics.sections[0]!, items }] };
    const at = { ...visit(stop('O1')), templates: [template] };
    const fields = { ...answered(false), [path.answer('visit_basics', 'tidy')]: seen({ grade: 0 }) };
    const sheets = sheetsOf({ ...setup, templates: [template] }, at, fields);
    const fixes = fixesOf(sheets, fields, 6_000_000);
    expect(fixes.map((one) => [one.item, one.worth])).toEqual([
      ['shelf', 48_000],
      ['tidy', 48_000],
      ['sign', 30_000],
    ]);
    expect([worthOf(1_000_001, 500_000), worthOf(100, 4_999), worthOf(100, 5_000)]).toEqual([500_001, 0, 1]);
  });

  it('keeps one from leaving until something is said about it', () => {
    const at = visit(stop('O1'));
    expect(blockOf(setup, at, {})).toEqual({ why: 'answers', count: 4 });
    const failed = { ...answered(false), [path.checkIn]: checkIn };
    expect(blockOf(setup, at, failed)).toEqual({ why: 'fixes', count: 2 });
    const handled = {
      ...failed,
      [path.fix('visit_basics', 'sign')]: { act: 'task' },
      [path.fix('visit_basics', 'shelf')]: { act: 'cannot', note: 'no room' },
    };
    expect(blockOf(setup, at, handled)).toBeUndefined();
    expect(blockOf(setup, visit(stop('O1'), ['train']), handled)).toEqual({ why: 'steps', names: ['train'] });
    expect(blockOf(setup, visit(stop('O1'), ['train']), { ...handled, [path.training('t')]: { person: 'A' } })).toBeUndefined();
  });
});

describe('as last time', () => {
  const last = {
    visit_basics: {
      sign: seen({ yes_no: true }),
      tidy: seen({ grade: 2 }),
      shelf: seen({ grade: 2 }, ['old']),
      facings: seen({ count: 6 }),
    },
  };

  it('fills what is open from what was right, with a photo of today', () => {
    const at = visit(stop('O1'));
    const fields: Fields = { [path.answer('visit_basics', 'sign')]: seen({ yes_no: false }) };
    const sheets = sheetsOf(setup, at, fields);
    const filled = asLast(sheets, at, fields, last, 'new');
    expect(filled.map((one) => one.path)).toEqual(['answer.visit_basics.tidy', 'answer.visit_basics.shelf', 'answer.visit_basics.facings']);
    expect(filled[1]!.value).toMatchObject({ answer: { grade: 2 }, photos: ['new'] });
    expect(asLast(sheets, at, fields, last, undefined)).toHaveLength(2);
    expect(lastIsWhole(sheets, at, fields, last)).toBe(true);
    const { shelf: _shelf, ...less } = last.visit_basics;
    expect(lastIsWhole(sheets, at, fields, { visit_basics: less })).toBe(false);
  });

  it('leaves out what was not right', () => {
    const answer = (item: string, failed: boolean) => ({ item, answer: { yes_no: true }, evidence: 'seen', photos: [], note: '', failed });
    const whole = {
      sheets: [{ template: 'shop', answers: [answer('a', false), answer('b', true), { ...answer('c', false), answer: null }] }],
    };
    expect(Object.keys(answersOfWhole(whole as unknown as Whole).shop!)).toEqual(['a']);
  });
});

describe('the end', () => {
  const words = { aside: 'aside', again: 'again', reached: 'reached', missed: 'missed' };

  it('writes everything that is still open, and overrides nothing', () => {
    // R7.54 R7.57 R7.58
    const at = visit(stop('O1'));
    const fields: Fields = {
      ...answered(true),
      [path.checkIn]: checkIn,
      [path.goal('keep')]: goal('keep'),
      [path.goal('train')]: goal('train', { reason: 'nobody there' }),
      [path.ending]: { order: 'OD1', next: null, reason: '' },
      [path.step('stock')]: { skipped: true, reason: 'closed', at_us: 1 },
    };
    const written = Object.fromEntries(
      leave(setup, at, fields, words, { at_us: 9, position: null, signature: null }, 'test').map((one) => [one.path, one.value]),
    );
    expect(written[path.ending]).toBeUndefined();
    expect(written[path.step('stock')]).toBeUndefined();
    expect(written[path.goal('keep')]).toMatchObject({ achieved: true, reason: 'reached' });
    expect(written[path.goal('train')]).toMatchObject({ achieved: false, result: 0, reason: 'nobody there' });
    expect(written[path.step('adjust')]).toMatchObject({ skipped: true, reason: 'aside' });
    expect(written[path.step('leave')]).toMatchObject({ skipped: false });
    expect(written[path.report]).toBe(9);
    const steps = stepsOf(setup, { ...fields, ...written }, sheetsOf(setup, at, { ...fields, ...written }));
    expect(steps.filter((one) => one.state === 'open')).toEqual([]);
  });

  it('knows what a goal came to', () => {
    // R7.57 R7.62 R7.63 R7.65 R7.66 R7.67
    const at = visit(
      stop('O1', {
        last: { scores: [{ template: 'visit_basics', name: '', score: 6000 }] },
        issues: [{ id: 'i' }],
        stock: [
          { product: 'A', name: '', book: 2, sold: 0 },
          { product: 'B', name: '', book: 0, sold: 0 },
        ],
      }),
    );
    const fields = {
      ...answered(true),
      [path.count('A')]: { counted: 1 },
      [path.training('1')]: { person: 'A' },
      [path.training('2')]: { person: 'A' },
    };
    const result = (of: Goal, more: Fields = {}) => resultOf(of, at, { ...fields, ...more }, sheetsOf(setup, at, fields));
    expect(result(goal('train', { target: 2 }))).toEqual({ result: 1, achieved: false });
    expect(result(goal('display'))).toEqual({ result: 2000, achieved: true });
    expect(resultOf(goal('display'), at, {}, sheetsOf(setup, at, {})), 'nothing was looked at yet').toEqual({
      result: null,
      achieved: false,
    });
    expect(result(goal('serve'))).toEqual({ result: 0, achieved: false });
    expect(result(goal('serve'), { [path.issue('i')]: { text: 'x', solved: true } })).toEqual({ result: 10_000, achieved: true });
    expect(result(goal('stock'))).toEqual({ result: 5000, achieved: false });
    expect(result(goal('relate'), { [path.checkIn]: checkIn })?.achieved).toBe(false);
    expect(result(goal('relate'), { [path.checkIn]: checkIn, [path.ending]: { next: { text: 'x' } } })?.achieved).toBe(true);
    expect(result(goal('keep'))).toBeUndefined();
  });

  it('comes again by the frequency of the class', () => {
    expect([dueAgain(setup, 'A', '2026-08-31'), dueAgain(setup, 'D', '2026-08-31'), dueAgain(setup, '', '2026-08-31')]).toEqual([
      '2026-09-07',
      '2026-09-28',
      '2026-09-14',
    ]);
  });
});

describe('a place', () => {
  const shop = { lat_e6: 30_450_000, lon_e6: 114_870_000 };
  const north = (metres: number, accuracy_m = 20, more: Partial<Position> = {}): Position => ({
    lat_e6: shop.lat_e6 + Math.trunc((metres * 1_000_000) / 111_195),
    lon_e6: shop.lon_e6,
    accuracy_m,
    age_s: 5,
    source: 'gps',
    mock: false,
    ...more,
  });

  it('is evidence of a level, as on the server', () => {
    // N44 R0.6
    const at = (position: Position | null) => level(position, shop, setup.limits).level;
    expect(Math.abs(distance(north(420), shop) - 420)).toBeLessThanOrEqual(2);
    expect([at(north(420)), at(north(420, 150)), at(north(100)), at(north(290))]).toEqual(['away', 'fair', 'strong', 'fair']);
    expect([at(north(10, 20, { age_s: 6000 })), at(north(10, 20, { mock: true })), at(null)]).toEqual(['fair', 'fair', 'unknown']);
    expect(level(north(10), undefined, setup.limits)).toEqual({ level: 'unknown' });
  });

  it('has the age it has when it is used', () => {
    const fix = { coords: { latitude: 30.45, longitude: 114.87, accuracy: 12.6 }, timestamp: 1_000 } as GeolocationPosition;
    expect(positionOf(fix, 61_000)).toEqual({ ...shop, accuracy_m: 13, age_s: 60, source: 'unknown', mock: false });
  });

  it('stands in the watermark with time, outlet and name', () => {
    expect(lines('2026-08-31 09:40', 'Manager', { code: 'O1', name: 'Shop', address: '' }, 'no position')).toEqual([
      '2026-08-31 09:40 · Manager',
      'Shop O1',
      'no position',
    ]);
  });
});

describe('looking for an outlet', () => {
  it('goes by name, code and pinyin initials, without a network', () => {
    const name = '黄州东门3G专营店';
    expect(initials(name)).toBe('hzdm3gzyd');
    for (const typed of ['东门', 'hzdm', 'DM3G', 'o17', '', ' zyd ']) expect(matches(typed, name, 'HB-O17'), typed).toBe(true);
    expect(matches('wuhan', name, 'HB-O17')).toBe(false);
  });
});

describe('a visit another phone began', () => {
  it('is read back into fields', () => {
    // R0.24
    const whole = {
      header: { began_us: 1 },
      track: [{ what: 'check_in', at_us: 5, lat_e6: 1, lon_e6: 2, accuracy_m: 9 }],
      photos: [{ of: 'door', sha256: 'd' }],
      met: ['Owner'],
      steps: [
        { id: 'plan', state: 'done', reason: '', at_us: 6 },
        { id: 'train', state: 'open' },
      ],
      goals: [{ id: 'keep', ...goal('keep') }],
      issues: [{ id: 'i', text: 'x', solved: false }],
      counts: [{ product: 'A', counted: 1, book: 2, serials: [], sold: null }],
      sheets: [
        { template: 'shop', answers: [{ item: 'a', answer: { count: 1 }, evidence: 'told', photos: [], note: '', fix: { act: 'fixed' } }] },
      ],
      ending: null,
    };
    expect(fieldsOfWhole(whole as unknown as Whole)).toEqual({
      check_in: {
        at_us: 5,
        position: { lat_e6: 1, lon_e6: 2, accuracy_m: 9, age_s: 0, source: 'unknown', mock: false },
        door: 'd',
        met: ['Owner'],
        reason: '',
      },
      'step.plan': { skipped: false, reason: '', at_us: 6 },
      'goal.keep': goal('keep'),
      'issue.i': { text: 'x', solved: false },
      'count.A': { counted: 1, book: 2, serials: [], sold: null },
      'answer.shop.a': { answer: { count: 1 }, evidence: 'told', photos: [], note: '' },
      'fix.shop.a': { act: 'fixed' },
    });
  });
});
