// Taking an order on the phone: what is missing, what goes together, what is left, what is kept.
import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { Schema } from '@/api/client';
import {
  added,
  chosen,
  draftOf,
  drop,
  fresh,
  handsetLines,
  keep,
  nextStep,
  onceFor,
  resumed,
  wantedOf,
  without,
  wrongs,
  type Business,
  type Known,
  type Typed,
  type Whole,
} from './draft';
import { left } from './limits';
import { clashes, matching, network, type Product } from './together';

const business = (patch: Partial<Business>): Business => ({
  id: 'activation',
  title: '开卡',
  fact: 'activation',
  lines: ['移动'],
  identity: true,
  system: true,
  subscriber: true,
  card: true,
  task: true,
  slip: true,
  once: true,
  undo: 'cancellation',
  ...patch,
});

const recharge = business({ id: 'recharge', lines: [], identity: false, card: false, fact: 'recharge', undo: null, once: false });

const product = (code: string, line: string, modes: string[], needs: string[] = [], main = true): Product => ({
  code,
  name: code,
  line,
  category: '',
  plan_fee: 5900,
  price: 0,
  modes,
  needs,
  sold: 'both',
  main,
});

const plan = product('PLAN', '移动', ['4G', '5G']);
const old = product('OLD', '3G无线宽带', ['3G']);
const phone = product('PHONE', '终端', ['4G'], [], false);
const music = product('MUSIC', '增值业务', [], ['移动', '宽带'], false);
const all = [plan, old, phone, music];
const known: Known = {
  handset: (code) => all.find((one) => one.code === code)?.line === '终端',
  main: (code) => all.find((one) => one.code === code)?.main ?? true,
};

const typed = (patch: Partial<Typed>): Typed => ({ ...fresh('clerk').typed, business: 'activation', ...patch });
const item = (code: string, patch = {}) => ({ product: code, quantity: '1', imei: '', ...patch });

describe('what is typed', () => {
  it('is looked at field by field', () => {
    expect(wrongs(typed({}), business({}), known)).toEqual({ subscriber: true, card: true, items: true });
    const right = typed({ subscriber: '19900000100', card: '8986260000150', items: [item('PLAN')] });
    expect(wrongs(right, business({}), known)).toEqual({});
    expect(wrongs({ ...right, items: [item('PHONE'), item('PLAN')] }, business({}), known)).toEqual({ items: true, imei: true });
    expect(wrongs({ ...right, items: [item('PLAN'), item('PHONE', { imei: '860000000000001' })] }, business({}), known)).toEqual({});
    expect(wrongs({ ...right, items: [item('PLAN', { quantity: '0' })] }, business({}), known)).toEqual({ quantity: true });
    expect(wrongs({ ...right, term: '61' }, business({}), known)).toEqual({ term: true });
    expect(wrongs({ ...right, priorFee: '1.234' }, business({}), known)).toEqual({ priorFee: true });
  });

  it('takes an amount where there is no product', () => {
    const base = typed({ business: 'recharge', subscriber: '19900000100' });
    for (const [amount, wrong] of [
      ['', true],
      ['0', true],
      ['-5', true],
      ['50', undefined],
      ['49.99', undefined],
    ] as const)
      expect(wrongs({ ...base, amount }, recharge, known).amount, amount).toBe(wrong);
    expect(wantedOf({ ...base, amount: '49.99', items: [item('PLAN')], term: '12', card: 'X' }, recharge)).toMatchObject({
      amount: 4999,
      items: [],
      term_months: 0,
      card: '',
    });
  });

  it('becomes what the server is asked for', () => {
    const right = typed({ subscriber: ' 19900000100 ', card: '8986260000150', items: [item('PLAN', { quantity: '2' })], term: '24' });
    expect(wantedOf(right, business({}))).toEqual({
      business: 'activation',
      subscriber: '19900000100',
      items: [{ product: 'PLAN', quantity: 2, imei: '' }],
      amount: 0,
      prior_fee: 0,
      term_months: 24,
      card: '8986260000150',
      customer_class: '',
      decision: null,
      delivery: false,
      invoice: false,
    });
  });

  it('forgets products when the business changes, and keeps the customer', () => {
    const before = typed({ subscriber: '19900000100', items: [item('PLAN')] });
    expect(chosen(before, 'activation')).toBe(before);
    expect(chosen(before, 'recharge')).toMatchObject({ business: 'recharge', subscriber: '19900000100', items: [] });
  });

  it('has the product that may be first in front', () => {
    const both = added(added([], 'PHONE', known), 'PLAN', known);
    expect(both.map((one) => one.product)).toEqual(['PLAN', 'PHONE']);
    expect(added(both, 'MUSIC', known).map((one) => one.product)).toEqual(['PLAN', 'PHONE', 'MUSIC']);
    expect(without(added(both, 'OLD', known), 0, known).map((one) => one.product)).toEqual(['OLD', 'PHONE']);
    expect(without(both, 0, known).map((one) => one.product)).toEqual(['PHONE']);
  });
});

describe('products that go together', () => {
  it('share a network, the newest of which counts', () => {
    // R4.23
    expect(clashes([plan, phone], false)).toEqual([]);
    expect(network([plan, phone])).toBe('4G');
    expect(network([plan])).toBe('5G');
    expect(network([music])).toBe('');
    expect(clashes([old, phone], false)).toEqual([{ kind: 'modes', first: old, second: phone }]);
  });

  it('have the company they need, or a subscriber who has it', () => {
    // R6.13
    expect(clashes([music], false)).toEqual([{ kind: 'needs', product: music, lines: ['移动', '宽带'] }]);
    expect(clashes([music], true)).toEqual([]);
    expect(clashes([plan, music], false)).toEqual([]);
  });

  it('are found by name, code or line', () => {
    expect(matching(all, '', true, []).map((one) => one.code)).toEqual(['PLAN', 'OLD']);
    expect(matching(all, '增值', false, ['PLAN']).map((one) => one.code)).toEqual(['MUSIC']);
    expect(matching(all, 'plan', false, ['PLAN'])).toEqual([]);
  });

  it('have a serial where they are handsets', () => {
    expect(handsetLines([business({}), business({ id: 'terminal_sale', fact: 'terminal_sale', lines: ['终端'] })])).toEqual(['终端']);
    expect(handsetLines([business({})])).toEqual([]);
  });
});

describe('limits', () => {
  const level = {
    id: 'L3',
    limits: [
      { holder: 'clerk', per_order: 1_000_000, orders_per_day: 10, per_day: null },
      { holder: 'outlet', per_order: null, orders_per_day: 500, per_day: 1 },
    ],
  } as Schema<'LevelView'>;
  const counts = (orders: number, amount: number) =>
    ({
      states: [
        { state: 'draft', title: '', orders: 5, amount: 99 },
        { state: 'effective', title: '', orders, amount },
        { state: 'cancelled', title: '', orders: 1, amount: 0 },
      ],
    }) as Schema<'OrderCounts'>;

  it('are those of the work ID, less what was sent today', () => {
    // R1.9
    expect(left(level, counts(3, 700))).toEqual({ perOrder: 1_000_000, orders: { limit: 10, used: 4, left: 6 }, amount: null });
    expect(left(level, counts(30, 0)).orders?.left).toBe(0);
    expect(left(undefined, undefined)).toEqual({ perOrder: null, orders: null, amount: null });
  });
});

describe('a draft', () => {
  it('is kept on the phone for the one who typed it, without the document', async () => {
    const draft = { ...fresh('clerk'), typed: typed({ subscriber: '19900000100' }) };
    await keep(draft);
    expect(await draftOf('clerk')).toMatchObject({ typed: { subscriber: '19900000100' } });
    expect(await draftOf('store')).toBeUndefined();
    expect(JSON.stringify(await draftOf('clerk'))).not.toContain('identity');
    await drop('clerk');
    expect(await draftOf('clerk')).toBeUndefined();
  });

  it('has one key for one content', () => {
    const draft = fresh('clerk');
    const one = onceFor(draft, wantedOf(typed({ amount: '50' }), recharge));
    expect(onceFor({ ...draft, once: one }, wantedOf(typed({ amount: '50' }), recharge))).toEqual(one);
    expect(onceFor({ ...draft, once: one }, wantedOf(typed({ amount: '60' }), recharge)).key).not.toBe(one.key);
  });

  it('is gone on with from what the server has; the masked number is asked for again', () => {
    const whole = {
      order: { id: 'OD260831000001', version: 4, business: 'activation', amount: 5900, subscriber: '199****0100' },
      items: [{ product: 'PLAN', quantity: 1, imei: '' }],
      prior_fee: 0,
      term_months: 24,
      card: '8986260000150',
      customer_class: '',
      decision: null,
      identity: null,
      acts: ['rewrite', 'identify', 'submit', 'cancel'],
    } as unknown as Whole;
    const draft = resumed('clerk', whole);
    expect(draft).toMatchObject({ order: { id: 'OD260831000001', version: 4 }, step: 'identity', kept: '' });
    expect(draft.typed).toMatchObject({ subscriber: '', items: [item('PLAN')], term: '24', amount: '' });
    expect(nextStep({ ...whole, identity: { passed: true } } as Whole)).toBe('terms');
    expect(nextStep({ ...whole, identity: { passed: false } } as Whole)).toBe('identity');
  });
});
