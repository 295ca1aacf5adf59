// Cards and numbers: sums that add up, and pieces that are moved.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import StockPage from './StockPage';

beforeAll(() => startTexts(texts, ['stock']));
afterEach(() => vi.unstubAllGlobals());

const piece = (serial: string, state: string) => ({
  kind: 'card',
  serial,
  segment: 'card-1',
  state,
  state_title: state,
  partner: 'P1',
  partner_name: '代理商一',
  outlet: '',
  outlet_name: '',
  order: '',
  changed_at: '2026-08-31T10:00:00+08:00',
});

const sums = { kind: 'card', allocated: 10, stock: 6, moving: 0, sold: 2, repair: 0, returned: 1, recalled: 1, lost: 0 };
const answers = {
  'GET /stock': { items: [piece('89001', 'stock'), piece('89002', 'sold')], next: null, total: 2 },
  'GET /stock/counts': { kinds: [sums, { ...sums, kind: 'number', sold: 1 }] },
  'POST /stock/moves': {},
};

describe('stock', () => {
  it('says whether its sums add up', async () => {
    // R0.29
    serve({ permissions: ['order.read'], answers });
    show(StockPage, '/stock');
    expect(await screen.findByText('相符')).toBeTruthy();
    expect(screen.getByText('相差 1')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '分配号段' })).toBeNull();
  });

  it('calls pieces back with a reason, and never what is sold', async () => {
    // R0.29
    const calls = serve({ permissions: ['order.read', 'stock.handle'], answers });
    show(StockPage, '/stock');
    const sold = await screen.findByRole('checkbox', { name: /89002/ });
    await userEvent.click(sold);
    const bar = () => within(document.querySelector<HTMLElement>('.list-tools.batch')!);
    expect(bar().getByRole<HTMLButtonElement>('button', { name: '召回' }).disabled).toBe(true);
    await userEvent.click(sold);
    await userEvent.click(screen.getByRole('checkbox', { name: /89001/ }));
    await userEvent.click(bar().getByRole('button', { name: '召回' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('原因'), '换新卡');
    await userEvent.click(within(drawer).getByRole('button', { name: '召回' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /stock/moves')?.body).toEqual({
        kind: 'card',
        serials: ['89001'],
        to: 'recalled',
        reason: '换新卡',
      }),
    );
  });
});
