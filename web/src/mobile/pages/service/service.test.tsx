// Asking for an exchange on the phone, and what one's counter asked.
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { serve, show } from '@/testing/show';
import AskPage from './AskPage';
import ListPage from './ListPage';

beforeAll(() => startTexts(texts, ['phone', 'phoneService']));
afterEach(() => vi.unstubAllGlobals());

describe('asking', () => {
  it('names both serials of an exchange, and only one of a repair', async () => {
    // R7.154
    const calls = serve({ permissions: ['order.take'], answers: { 'POST /service-requests': { id: 'SH1' } } });
    show(AskPage, '/service/new');
    const send = await screen.findByRole<HTMLButtonElement>('button', { name: '提交申请' });
    expect(send.disabled).toBe(true);
    await userEvent.type(screen.getByLabelText('手机串号'), '860123450000012');
    await userEvent.type(screen.getByLabelText('原因'), '屏幕失灵');
    expect(send.disabled).toBe(true);
    await userEvent.type(screen.getByLabelText('换上的串号'), '860123450000020');
    expect(send.disabled).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: '维修' }));
    await waitFor(() => expect(screen.queryByLabelText('换上的串号')).toBeNull());
    await userEvent.click(screen.getByRole('button', { name: '提交申请' }));
    await waitFor(() =>
      expect(calls.find((one) => one.path === 'POST /service-requests')?.body).toEqual({
        kind: 'repair',
        serial: '860123450000012',
        replacement: '',
        reason: '屏幕失灵',
      }),
    );
  });
});

describe('the list', () => {
  it('takes back what was not decided yet', async () => {
    // R7.154
    const row = {
      id: 'SH1',
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
      own: true,
    };
    const answers = {
      'GET /service-requests': { items: [row], next: null, total: 1 },
      'POST /service-requests/SH1/withdraw': { version: 2 },
    };
    const calls = serve({ permissions: ['order.read', 'order.handle'], answers });
    show(ListPage, '/service');
    expect(await screen.findByText('860123450000012 换 860123450000020')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '撤回' }));
    await waitFor(() => expect(calls.find((one) => one.path === 'POST /service-requests/SH1/withdraw')?.match).toBe('"1"'));
  });
});
