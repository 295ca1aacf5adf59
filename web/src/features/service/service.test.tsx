// Exchanges, returns and repairs on the console: what follows is said before it is agreed to, and nobody decides on their own.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { decisions, ownActs, type ServiceRow } from '@/shared/orders/service';
import { serve, show } from '@/testing/show';
import ServicePage from './ServicePage';

beforeAll(() => startTexts(texts, ['service']));
afterEach(() => vi.unstubAllGlobals());

const row: ServiceRow = {
  id: 'SH260831-0001',
  version: 1,
  kind: 'exchange',
  state: 'asked',
  serial: '860123450000012',
  replacement: '860123450000020',
  order: 'OD1',
  partner: 'P1',
  partner_name: '代理商一',
  outlet: 'O1',
  outlet_name: '网点一',
  product_name: '松果 M1',
  reason: '屏幕失灵',
  asked_by: 'store',
  asked_at: '2026-08-31T10:00:00+08:00',
  decided_by: null,
  decision: '',
  ended_at: null,
  own: false,
};

describe('a request', () => {
  it('is agreed to after what follows for stock, sale and commission', async () => {
    // R7.154
    const answers = {
      'GET /service-requests': { items: [row], next: null, total: 1 },
      'POST /service-requests/SH260831-0001/agree': { version: 2 },
    };
    const calls = serve({ permissions: ['order.read', 'service.handle'], answers });
    show(ServicePage, '/service');
    await userEvent.click(await screen.findByRole('button', { name: '同意' }));
    const drawer = await screen.findByRole('dialog');
    expect(within(drawer).getByText(/860123450000020 记为已售；订单 OD1 的销售、毛利和酬金不变/)).toBeTruthy();
    await userEvent.click(within(drawer).getByRole('button', { name: '同意' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /service-requests/SH260831-0001/agree');
      expect([call?.body, call?.match]).toEqual([{ note: '' }, '"1"']);
    });
  });

  it('is refused with a reason', async () => {
    // R7.154
    const answers = {
      'GET /service-requests': { items: [row], next: null, total: 1 },
      'POST /service-requests/SH260831-0001/refuse': { version: 2 },
    };
    const calls = serve({ permissions: ['order.read', 'service.handle'], answers });
    show(ServicePage, '/service');
    await userEvent.click(await screen.findByRole('button', { name: '驳回' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('button', { name: '驳回' }));
    expect(await within(drawer).findByText('请填写原因，至少 2 个字')).toBeTruthy();
    await userEvent.type(within(drawer).getByLabelText('原因'), '人为损坏');
    await userEvent.click(within(drawer).getByRole('button', { name: '驳回' }));
    await waitFor(() => expect(calls.find((one) => one.path.endsWith('/refuse'))?.body).toEqual({ note: '人为损坏' }));
  });

  it('is decided by somebody else than who asked', () => {
    // R7.154
    expect(decisions(row)).toEqual(['agree', 'refuse']);
    expect(decisions({ ...row, own: true })).toEqual([]);
    expect(decisions({ ...row, kind: 'repair', state: 'repairing', own: true })).toEqual(['back']);
    expect(decisions({ ...row, state: 'done' })).toEqual([]);
    expect([ownActs({ ...row, own: true }), ownActs(row), ownActs({ ...row, state: 'repairing' })]).toEqual([['withdraw'], [], ['back']]);
  });

  it('is only looked at by who may not decide', async () => {
    // R7.154
    serve({ permissions: ['order.read'], answers: { 'GET /service-requests': { items: [row], next: null, total: 1 } } });
    show(ServicePage, '/service');
    expect(await screen.findByText('屏幕失灵')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '同意' })).toBeNull();
  });
});
