// Orders of handsets on the console: what is guaranteed, sending out by serial, and returns that somebody else decides.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import OffersPage from './OffersPage';
import OrderPage from './OrderPage';
import ReturnsPage from './ReturnsPage';
import SupplyPage from './SupplyPage';

beforeAll(() => startTexts(texts, ['supply']));
afterEach(() => vi.unstubAllGlobals());

const order = {
  id: 'DH1',
  version: 2,
  state: 'confirmed',
  partner: 'P1',
  partner_name: '代理商一',
  outlet: 'O1',
  outlet_name: '网点一',
  pieces: 2,
  amount: 84_000,
  wanted_on: '2026-09-02',
  promised_on: '2026-09-01',
  shipped_on: null,
  received_on: null,
  late: false,
  invoice: '',
  open: null,
  note: '',
  placed_by: 'store',
  placed_at: '2026-08-31T10:00:00+08:00',
};
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
const whole = { order, lines: [line], pieces: [], returns: [], history: [], guaranteed: 12_600, margin: 15_800, may: ['ship', 'refuse'] };
const offer = { ...line, id: 'BJ1', version: 1, category: '低端', open: true, pieces: 24 };

describe('an order', () => {
  it('shows what is guaranteed and is sent out with the serials that lie there longest', async () => {
    // R4.45
    const answers = {
      'GET /supply/orders/DH1': whole,
      'GET /supply/orders/DH1/picks': { serials: ['350000990000019', '350000990000027'], lacking: 0 },
      'POST /supply/orders/DH1/ship': { version: 3 },
    };
    const calls = serve({ permissions: ['supply.read', 'supply.handle'], answers });
    show(OrderPage, '/supply/orders/DH1', '/supply/orders/$id');
    expect(await screen.findByText('126.00')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '发货' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('button', { name: '按先进先出配货' }));
    await waitFor(() => expect(within(drawer).getByLabelText<HTMLTextAreaElement>('串号').value).toContain('350000990000027'));
    await userEvent.click(within(drawer).getByRole('button', { name: '发货' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /supply/orders/DH1/ship');
      expect(call?.body).toEqual({ serials: ['350000990000019', '350000990000027'] });
      expect(call?.match).toBe('"2"');
    });
  });
});

describe('the list', () => {
  it('tells how many deliveries were in time, and orders nothing for who is stopped', async () => {
    // R8.68, R7.4
    const counts = { placed: 1, confirmed: 0, shipped: 0, received: 0, refused: 0, cancelled: 0, late: 3, due: 50, on_time: 45 };
    const stopped = 'P1 已停供：应收单 YS1 逾期 20 天';
    const start = { outlets: [], outlet: 'O1', wanted_on: '2026-09-02', stopped, offers: [offer], last: '', last_on: '', last_lines: [] };
    const answers = {
      'GET /supply/orders/counts': { ...counts, on_time_ppm: 900_000, returns: 0 },
      'GET /supply/start': start,
    };
    serve({ permissions: ['supply.read', 'supply.order'], answers });
    show(SupplyPage, '/supply');
    expect(await screen.findByText('供货及时率 90.0%（到期 50 单），延迟 3 单')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '订货' }));
    const drawer = await screen.findByRole('dialog');
    expect(await within(drawer).findByText(stopped)).toBeTruthy();
    expect(within(drawer).getByRole<HTMLButtonElement>('button', { name: '订货' }).disabled).toBe(true);
  });
});

describe('offers', () => {
  it('say what a price leaves before it is kept', async () => {
    // R4.45, R4.49
    const answers = { 'GET /supply/offers': [offer], 'PUT /supply/offers/BJ1': { version: 2 } };
    const calls = serve({ permissions: ['supply.read', 'supply.handle'], answers });
    show(OffersPage, '/supply/offers');
    await userEvent.click(await screen.findByRole('button', { name: '改价' }));
    const drawer = await screen.findByRole('dialog');
    const price = within(drawer).getByLabelText('供货价（元）');
    await userEvent.clear(price);
    await userEvent.type(price, '430');
    expect(await within(drawer).findByText(/单台毛利 ¥69.00/)).toBeTruthy();
    await userEvent.click(within(drawer).getByRole('button', { name: '保存' }));
    await waitFor(() => {
      const body = {
        product: 'T1',
        supplier: '省终端公司',
        supply_price: 43_000,
        suggested_price: 49_900,
        least_margin: 6_300,
        open: true,
      };
      expect(calls.find((one) => one.path === 'PUT /supply/offers/BJ1')?.body).toEqual(body);
    });
  });
});

describe('returns', () => {
  it('are decided by somebody else', async () => {
    // R4.45
    const row = {
      id: 'TH1',
      version: 1,
      order: 'DH1',
      state: 'asked',
      partner: 'P1',
      partner_name: '代理商一',
      outlet: 'O1',
      outlet_name: '网点一',
      serials: ['350000990000019'],
      amount: 42_000,
      reason: '外包装破损',
      asked_by: 'store',
      asked_at: '2026-08-31T10:00:00+08:00',
      decided_by: null,
      decision: '',
      own: false,
    };
    const items = [row, { ...row, id: 'TH2', own: true }];
    const answers = { 'GET /supply/returns': { items, next: null, total: 2 }, 'POST /supply/returns/TH1/take': { version: 2 } };
    const calls = serve({ permissions: ['supply.read', 'supply.handle'], answers });
    show(ReturnsPage, '/supply/returns');
    const takes = await screen.findAllByRole<HTMLButtonElement>('button', { name: '收回' });
    expect(takes.map((button) => button.disabled)).toEqual([false, true]);
    await userEvent.click(takes[0]!);
    const drawer = await screen.findByRole('dialog');
    expect(within(drawer).getByText(/¥420.00 冲减应收/)).toBeTruthy();
    await userEvent.click(within(drawer).getByRole('button', { name: '收回' }));
    await waitFor(() => expect(calls.find((one) => one.path === 'POST /supply/returns/TH1/take')?.match).toBe('"1"'));
  });
});
