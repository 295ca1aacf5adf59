// Ordering handsets on the phone: the last order again in three taps, and what arrived is confirmed but for what is missing.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { serve, show } from '@/testing/show';
import NewPage from './NewPage';
import OnePage from './OnePage';

beforeAll(() => startTexts(texts, ['phone', 'phoneSupply', 'supply']));
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});
afterEach(() => vi.unstubAllGlobals());

const line = {
  offer: 'BJ1',
  product: 'T1',
  name: '松果 M1',
  supplier: '省终端公司',
  pieces: 2,
  supply_price: 42_000,
  suggested_price: 49_900,
  margin: 7_900,
  least_margin: 6_300,
};
const offer = { ...line, id: 'BJ1', version: 1, category: '低端', open: true, pieces: 24 };
const start = {
  outlets: [{ code: 'O1', name: '网点一' }],
  outlet: 'O1',
  wanted_on: '2026-09-02',
  stopped: '',
  offers: [offer],
  last: 'DH1',
  last_on: '2026-08-20',
  last_lines: [line],
};

describe('ordering', () => {
  it('repeats the last order in two taps, with what is guaranteed in sight', async () => {
    // R4.45
    const answers = { 'GET /supply/start': start, 'POST /supply/orders': { id: 'DH2' } };
    const calls = serve({ permissions: ['supply.read', 'supply.order'], answers });
    show(NewPage, '/supply/new');
    expect((await screen.findByRole<HTMLButtonElement>('button', { name: '提交订货' })).disabled).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: '再来一单' }));
    expect(screen.getByText('2 台 · ¥840.00 · 保证毛利 ¥126.00')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: /^增加/ }));
    expect(screen.getByText('3 台 · ¥1,260.00 · 保证毛利 ¥189.00')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '提交订货' }));
    await waitFor(() =>
      expect(calls.find((one) => one.path === 'POST /supply/orders')?.body).toEqual({
        outlet: 'O1',
        wanted_on: '2026-09-02',
        lines: [{ offer: 'BJ1', pieces: 3 }],
        note: '',
      }),
    );
  });

  it('says why nothing is supplied', async () => {
    // R7.4
    serve({ permissions: ['supply.order'], answers: { 'GET /supply/start': { ...start, stopped: 'P1 已停供：应收单 YS1 逾期 20 天' } } });
    show(NewPage, '/supply/new');
    expect((await screen.findByRole('alert')).textContent).toContain('YS1');
    await userEvent.click(screen.getByRole('button', { name: '再来一单' }));
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '提交订货' }).disabled).toBe(true);
  });
});

describe('an order on the way', () => {
  it('is confirmed but for what is missing', async () => {
    // R4.45
    const order = {
      id: 'DH1',
      version: 3,
      state: 'shipped',
      partner: 'P1',
      partner_name: '代理商一',
      outlet: 'O1',
      outlet_name: '网点一',
      pieces: 2,
      amount: 84_000,
      wanted_on: '2026-09-02',
      promised_on: '2026-09-01',
      shipped_on: '2026-09-01',
      received_on: null,
      late: false,
      invoice: '',
      open: null,
      note: '',
      placed_by: 'store',
      placed_at: '2026-08-31T10:00:00+08:00',
    };
    const piece = (serial: string) => ({ serial, line: 1, state: 'shipped' });
    const pieces = [piece('350000990000019'), piece('350000990000027')];
    const whole = { order, lines: [line], pieces, returns: [], history: [], guaranteed: 12_600, margin: 15_800, may: ['receive'] };
    const answers = { 'GET /supply/orders/DH1': whole, 'POST /supply/orders/DH1/receive': { version: 4 } };
    const calls = serve({ permissions: ['supply.read', 'supply.order'], answers });
    show(OnePage, '/supply/DH1', '/supply/$id');
    await userEvent.click(await screen.findByRole('button', { name: '确认收货' }));
    const sheet = await screen.findByRole('dialog');
    await userEvent.click(within(sheet).getByRole('checkbox', { name: /350000990000027/ }));
    await userEvent.click(within(sheet).getByRole('button', { name: '确认收到 1 台' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /supply/orders/DH1/receive');
      expect([call?.body, call?.match]).toEqual([{ serials: ['350000990000027'] }, '"3"']);
    });
  });
});
