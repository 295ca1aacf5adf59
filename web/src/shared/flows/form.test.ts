// Forms: amounts to the fen, nothing sent that does not show, rows as the server names them. R8.35
import { describe, expect, it } from 'vitest';
import { cell, edits, fill, given, ownFields, sent, typos, words, type Field, type Flow } from './form';
import { grouped } from './groups';

const field = (id: string, kind: string, more: Partial<Field> = {}): Field => ({
  id,
  title: id,
  help: '',
  kind,
  required: false,
  min: null,
  max: null,
  visible_if: null,
  at: null,
  supplement: false,
  options: [],
  columns: [],
  ...more,
});

const ITEMS = field('items', 'rows', { columns: [field('name', 'text'), field('price', 'money'), field('count', 'number')] });
const say = (kind: string) => `not a ${kind}`;
const YES = { yes: 'yes', no: 'no' };

describe('a form', () => {
  it.each([
    ['0', 0],
    ['130000', 13_000_000],
    ['130,000.00', 13_000_000],
    ['0.07', 7],
    ['1.1', 110],
    ['4.35', 435],
    ['1234567890123.45', 123_456_789_012_345],
  ])('keeps %s yuan as %d fen', (typed, fen) => {
    const amount = field('amount', 'money');
    expect(sent([amount], { amount: typed })).toEqual({ amount: fen });
    expect(sent([amount], fill([amount], { amount: fen }))).toEqual({ amount: fen });
  });

  it('tells what is no amount and no number, and sends neither', () => {
    const fields = [field('amount', 'money'), field('year', 'number'), ITEMS];
    const filled = { amount: '1.234', year: '20.5', items: [{ name: 'a', price: 'x', count: '1' }] };
    expect(typos(fields, filled, [], say).map((one) => one.field)).toEqual(['amount', 'year', 'items[1].price']);
    expect(sent(fields, filled)).toEqual({ items: [{ name: 'a', count: 1 }] });
    expect(typos(fields, filled, ['amount', 'items'], say).map((one) => one.field)).toEqual(['year']);
  });

  it('sends nothing that is empty or does not show', () => {
    const fields = [field('cause', 'choice'), field('breach', 'long_text'), field('own', 'yes_no'), field('files', 'attachment'), ITEMS];
    const filled = { cause: 'breach', breach: ' late ', own: false, files: [], items: [] };
    expect(sent(fields, filled)).toEqual({ cause: 'breach', breach: 'late', own: false });
    expect(sent(fields, filled, ['breach'])).toEqual({ cause: 'breach', own: false });
  });

  it('brings rows and files back as they were kept', () => {
    const fields = [ITEMS, field('files', 'attachment')];
    const form = { items: [{ name: 'card', price: 1999, count: 3 }], files: ['f1'] };
    const files = [{ id: 'f1', name: 'plan.pdf', bytes: 10 }];
    const filled = fill(fields, form, files);
    expect(filled.items).toEqual([{ name: 'card', price: '19.99', count: '3' }]);
    expect(filled.files).toEqual(files);
    expect(sent(fields, filled)).toEqual(form);
    expect(cell('items', 0, 'price')).toBe('items[1].price');
  });

  it('says only what a later hand changed, and what it emptied', () => {
    const fields = [field('result', 'text'), field('paid', 'money'), field('note', 'text')];
    const before = { paid: 500, note: 'old' };
    expect(edits(fields, { result: 'done', paid: '5.00', note: '' }, [], before)).toEqual({ result: 'done', note: null });
    expect(edits(fields, { result: 'done', paid: '5.00', note: '' }, ['result', 'note'], before)).toEqual({});
    const kept = { items: [{ count: 3, name: 'card', price: 1999 }] };
    expect(edits([ITEMS], fill([ITEMS], kept), [], kept)).toEqual({});
  });

  it('is read in words', () => {
    const kind = field('kind', 'choice', { options: [{ id: 'rent', title: 'Rent' }] });
    expect(words(kind, 'rent', {}, YES)).toBe('Rent');
    expect(words(field('amount', 'money'), 13_000_000, {}, YES)).toBe('¥130,000.00');
    expect(words(field('own', 'yes_no'), false, {}, YES)).toBe('no');
    expect(words(field('partner', 'partner'), 'A1', { A1: 'Dongfang' }, YES)).toBe('Dongfang A1');
    expect(words(field('amount', 'money'), null, {}, YES)).toBe('—');
    expect(words(ITEMS, [{ name: 'card', price: 1999 }], {}, YES)).toBe('name card · price ¥19.99 · count —');
  });
});

describe('flows to start', () => {
  const flow = (id: string, group: string, may: boolean): Flow => ({
    id,
    version: 1,
    title: id,
    about: `about ${id}`,
    group,
    posts: may ? [{ grant: 'g', role: 'channel_manager', title: 'manager', over: '', over_name: '' }] : [],
    fields: [field('a', 'text'), field('b', 'text', { at: 'later' })],
    effect: null,
    steps: [],
  });

  it('are those one may start, under their headings, that fit what is typed', () => {
    const all = [flow('subsidy', 'money', true), flow('deal', 'sales', true), flow('policy', 'policy', false)];
    expect(grouped(all, '').map(([group, found]) => [group, found.map((one) => one.id)])).toEqual([
      ['sales', ['deal']],
      ['money', ['subsidy']],
    ]);
    expect(grouped(all, ' SUBS ').map(([group]) => group)).toEqual(['money']);
  });

  it('ask the applicant for what no later step fills in', () => {
    expect(ownFields(flow('deal', 'sales', true)).map((one) => one.id)).toEqual(['a']);
  });
});

describe('a form begun from an address', () => {
  it('takes what fits its fields, and no number that is sealed', () => {
    // R0.7 R0.36
    const fields = [
      field('outlet', 'outlet'),
      field('act', 'choice', { options: [{ id: 'add', title: 'Put on' }] }),
      field('clerks', 'number'),
      field('value', 'sealed'),
      field('amount', 'money'),
      field('from_day', 'date'),
    ];
    const params = { outlet: ' O1 ', act: 'add', clerks: '12', value: '13800001111', amount: '5', from_day: '2026-10-01', other: 'x' };
    expect(given(fields, params)).toEqual({ outlet: 'O1', act: 'add', clerks: '12', from_day: '2026-10-01' });
    expect(given(fields, { act: 'burn', clerks: 'many', outlet: ' ' })).toEqual({});
  });
});
