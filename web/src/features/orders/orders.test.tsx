// One order and the list of them.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import OrderPage from './OrderPage';
import OrdersPage from './OrdersPage';

beforeAll(() => startTexts(texts, ['orders']));
afterEach(() => vi.unstubAllGlobals());

const row = {
  id: 'OD1',
  version: 4,
  business: 'activation',
  business_title: '开卡',
  state: 'accepted',
  state_title: '已受理',
  product: 'PLAN',
  product_name: '套餐一',
  amount: 5900,
  subscriber: '199****0100',
  clerk: 'C001',
  clerk_name: '店员一',
  outlet: 'O1',
  outlet_name: '网点一',
  partner: 'P1',
  partner_name: '代理商一',
  territory: '360902',
  captured_at: '2026-08-31T10:00:00+08:00',
  changed_at: '2026-08-31T10:05:00+08:00',
  effective_on: null,
  open_tasks: ['activation', 'invoice'],
  system_no: 'BSS1',
  fact: 'none',
};

const whole = {
  order: row,
  items: [
    {
      product: 'PLAN',
      name: '套餐一',
      line: '移动',
      business: 'activation',
      business_title: '开卡',
      quantity: 1,
      plan_fee: 5900,
      amount: 5900,
      imei: '',
    },
  ],
  offer: { fees: [{ title: '套餐一', amount: 5900, monthly: 5900 }], total: 5900, terms: ['每月收取'], sha256: 'abcdef0123456789' },
  network: '5G',
  decision: null,
  term_months: 24,
  prior_fee: 0,
  card: '89001',
  customer_class: '',
  identity: { passed: true, reference: 'R1', name: '示*', number: '**002X', at: '2026-08-31T10:01:00+08:00' },
  confirmed: { sha256: 'abcdef0123456789', consent: true, at: '2026-08-31T10:02:00+08:00' },
  tasks: [
    { part: 'activation', title: '开通', progress: 'open', note: '' },
    { part: 'invoice', title: '发票', progress: 'done', note: '已开' },
  ],
  ended: null,
  fact_batch: '',
  slip: null,
  history: [{ seq: 1, at: '2026-08-31T10:00:00+08:00', act: 'start', state: 'draft', who: 'clerk', note: '' }],
  acts: ['finish', 'fail', 'cancel'],
};

describe('an order', () => {
  it('shows what is to be done, and finishes a part at the version that was seen', async () => {
    // R6.14
    const calls = serve({
      permissions: ['order.read', 'order.handle'],
      answers: { 'GET /orders/OD1': whole, 'POST /orders/OD1/tasks': { id: 'OD1', version: 5, state: 'effective' } },
    });
    show(OrderPage, '/orders/OD1', '/orders/$id');
    expect(await screen.findByText(/版本指纹 abcdef012345/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '开通 已完成' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('button', { name: '已完成' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /orders/OD1/tasks')).toMatchObject({
        match: '"4"',
        body: { part: 'activation', done: true, note: '' },
      }),
    );
  });

  it('offers nothing to whoever may only look', async () => {
    serve({ permissions: ['order.read'], answers: { 'GET /orders/OD1': { ...whole, acts: [] } } });
    show(OrderPage, '/orders/OD1', '/orders/$id');
    expect(await screen.findByRole('button', { name: '打印' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: '取消订单' })).toBeNull();
    expect(screen.queryByRole('button', { name: '开通 已完成' })).toBeNull();
  });
});

describe('orders', () => {
  it('are counted by state under the filters of the address', async () => {
    // R6.14
    const calls = serve({
      permissions: ['order.read'],
      answers: {
        'GET /orders': { items: [row], next: null, total: 1 },
        'GET /orders/counts': {
          states: [
            { state: 'accepted', title: '', orders: 1, amount: 5900 },
            { state: 'reversed', title: '', orders: 2, amount: 0 },
            { state: 'terminated', title: '', orders: 3, amount: 0 },
          ],
          orders: 6,
          amount: 5900,
        },
        'GET /acceptance/definitions': { business: [], levels: [] },
      },
    });
    show(OrdersPage, '/orders?business=activation&state=accepted');
    expect(await screen.findByText('OD1')).toBeTruthy();
    expect(await screen.findByRole('tab', { name: '退订退货与提前终止 5' })).toBeTruthy();
    expect(screen.getByText('开通、发票')).toBeTruthy();
    expect(calls.find((call) => call.path === 'GET /orders/counts')?.search).toBe('?business=activation');
  });
});
