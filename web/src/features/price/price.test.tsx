// A price that is recommended only, a case and who may decide it, and what a claim names.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import BookPage from './BookPage';
import CasePage from './CasePage';
import ChecksPage from './ChecksPage';
import { changed, measures, together } from './data';

beforeAll(() => startTexts(texts, ['price']));
afterEach(() => vi.unstubAllGlobals());

const head = {
  id: 'JG1',
  version: 2,
  title: '终端价格',
  kind: 'base',
  mode: 'recommended',
  territory: '',
  territory_name: '全部区域',
  outlet_type: '',
  from: '2026-09-01',
  last_day: null,
  uniform: false,
  source: '通知',
  ground: '',
  state: 'submitted',
  products: 1,
  made_by: 'a',
  decided_by: '',
  decision: '',
  decided_at: null,
  changed_at: '2026-08-31T10:00:00+08:00',
  is_maker: false,
};

const line = {
  product: 'T1',
  product_name: '机型一',
  floor: null,
  suggested: 109_900,
  last_day: null,
  floor_before: null,
  suggested_before: 119_900,
};

const opened = {
  id: 'AJ1',
  version: 3,
  kind: 'price',
  state: 'explained',
  outlet: 'O1',
  outlet_name: '网点一',
  partner: 'P1',
  partner_name: '代理商一',
  territory_name: '某区',
  product: 'T1',
  product_name: '机型一',
  mode: 'agency',
  summary: '标价低于最低零售价',
  found_on: '2026-08-20',
  opened_by: 'a',
  answer_due: '2026-08-27',
  appeal_due: null,
  measure: '',
  amount: 0,
  harmed: '',
  harmed_name: '',
  compensation: 0,
  agreement: '',
  clause: '',
  decided_by: '',
  closed_on: null,
  changed_at: '2026-08-31T10:00:00+08:00',
  waits: true,
};

const whole = {
  case: opened,
  checks: [],
  findings: [],
  history: [{ act: 'open', state: 'found', who: 'a', words: '标价低于最低零售价', at: '2026-08-20T10:00:00+08:00' }],
  neighbours: [],
  agreements: ['A1'],
  ladder: ['talk', 'warning', 'deduction', 'supply_stop'],
  may: { handle: false, answer: false, decide: true, not_decide: '' },
};

const check = (id: string, more: object) => ({
  id,
  seen: 'tag',
  product: 'T1',
  product_name: '机型一',
  outlet: 'O1',
  outlet_name: '网点一',
  partner: 'P1',
  partner_name: '代理商一',
  territory_name: '某区',
  seen_on: '2026-08-20',
  amount: 98_900,
  verdict: 'violation',
  floor: 99_900,
  suggested: 119_900,
  mode: 'agency',
  book: 'JG1',
  visit: '',
  photo: '',
  note: '',
  case: '',
  who: 'a',
  at: '2026-08-20T10:00:00+08:00',
  may_case: true,
  ...more,
});

describe('measures and checks', () => {
  it('go as far as the mode, the ladder and an appeal allow', () => {
    // R7.303, R7.271
    expect(measures({ ladder: ['talk', 'warning'] }, 'agency', '')).toEqual(['none', 'talk', 'warning']);
    expect(measures(whole, 'approved_floor', '')).toEqual(['none', 'talk']);
    expect(measures(whole, 'agency', 'warning')).toEqual(['none', 'talk', 'warning']);
    expect([changed(119_900, 109_900), changed(null, 1), changed(5, 5)]).toEqual([-834, undefined, undefined]);
  });

  it('are one case where outlet and product are the same', () => {
    const one = { outlet: 'O1', product: 'T1', may_case: true };
    expect(together([one, one])).toBe(true);
    expect(together([one, { ...one, outlet: 'O2' }])).toBe(false);
    expect(together([{ ...one, may_case: false }])).toBe(false);
  });
});

describe('a book', () => {
  it('shows what it changes, and is published by another person on the version that was seen', async () => {
    // R7.284, R7.298
    const answers = { 'GET /price-books/JG1': { head, lines: [line] }, 'POST /price-books/JG1/publish': { version: 3 } };
    const calls = serve({ permissions: ['price.read', 'price.decide'], answers });
    show(BookPage, '/prices/books/JG1', '/prices/books/$id');
    expect(await screen.findByText(/8\.34%/)).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('只记录和提醒');
    await userEvent.click(screen.getByRole('button', { name: '发布' }));
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '发布' }));
    await waitFor(() => expect(calls.find((call) => call.path === 'POST /price-books/JG1/publish')?.match).toBe('"2"'));
  });

  it('is not published by whoever wrote it', async () => {
    // R7.284
    serve({
      permissions: ['price.read', 'price.decide'],
      answers: { 'GET /price-books/JG1': { head: { ...head, is_maker: true }, lines: [line] } },
    });
    show(BookPage, '/prices/books/JG1', '/prices/books/$id');
    expect((await screen.findByRole<HTMLButtonElement>('button', { name: '发布' })).disabled).toBe(true);
  });
});

describe('a case', () => {
  it('asks for agreement and clause where the measure is harder than a talk', async () => {
    // R7.303
    serve({ permissions: ['price.read', 'price.decide'], answers: { 'GET /price-cases/AJ1': whole } });
    show(CasePage, '/prices/cases/AJ1', '/prices/cases/$id');
    await userEvent.click(await screen.findByRole('button', { name: '决定' }));
    const drawer = await screen.findByRole('dialog');
    expect(within(drawer).queryByLabelText('依据条款')).toBeNull();
    await userEvent.click(within(drawer).getByText('警告'));
    expect(await within(drawer).findByLabelText('依据条款')).toBeTruthy();
  });

  it('says why somebody does not decide', async () => {
    // R7.301
    const may = { ...whole.may, decide: false, not_decide: 'manager' };
    serve({ permissions: ['price.read', 'price.decide'], answers: { 'GET /price-cases/AJ1': { ...whole, may } } });
    show(CasePage, '/prices/cases/AJ1', '/prices/cases/$id');
    expect((await screen.findByRole('alert')).textContent).toContain('由您负责');
    expect(screen.queryByRole('button', { name: '决定' })).toBeNull();
  });
});

describe('checks', () => {
  it('open a case only where they are violations', async () => {
    // R7.289
    const items = [check('JC1', {}), check('JC2', { verdict: 'low', mode: 'recommended', may_case: false })];
    serve({
      permissions: ['price.read', 'price.manage'],
      answers: { 'GET /price-checks': { items, next: null, total: 2 }, 'GET /prices/products': [] },
    });
    show(ChecksPage, '/prices/checks');
    expect(await screen.findAllByRole('button', { name: '立案' })).toHaveLength(1);
  });
});
