// A terminal's float that adds up, and a difference that is closed with a reason.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import DayPage from './DayPage';
import TerminalPage from './TerminalPage';

beforeAll(() => startTexts(texts, ['airtime']));
afterEach(() => vi.unstubAllGlobals());

const terminal = {
  serial: 'KC1',
  version: 3,
  model: 'KT',
  state: 'placed',
  partner: 'P1',
  partner_name: '代理商一',
  outlet: 'O1',
  outlet_name: '网点一',
  agreement: 'A1',
  deposit: 80_000,
  placed_on: '2026-08-01',
  last_sale_on: null,
  loaded: 10_000,
  sold: 4_000,
  reversed: 1_000,
  balance: 7_000,
  idle_days: 31,
  low: true,
  idle: true,
};

const difference = {
  seq: 1,
  kind: 'missing',
  number: 'S1',
  serial: 'KC1',
  flow: 'sold',
  ours: null,
  theirs: 500,
  state: 'open',
  reason: '',
  decided_by: null,
  may_take: true,
};

const day = {
  head: {
    id: 'DZ1',
    day: '2026-08-30',
    file: 'a.csv',
    lines: 2,
    agreed: 1,
    differences: 1,
    open: 1,
    who: 'a',
    at: '2026-08-31T10:00:00+08:00',
  },
  differences: [difference],
};

describe('a terminal', () => {
  it('shows its float, warns, and is called back with a reason', async () => {
    // R1.41, R1.43
    const answers = { 'GET /terminals/KC1': { terminal, movements: [], history: [] }, 'POST /terminals/KC1/recall': { version: 4 } };
    const calls = serve({ permissions: ['terminal.read', 'terminal.manage'], answers });
    show(TerminalPage, '/terminals/KC1', '/terminals/$serial');
    expect(await screen.findByText('70.00')).toBeTruthy();
    expect(screen.getByText('已 31 天没有售出')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '布放' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '收回' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('扣留保证金（元）'), '100');
    await userEvent.type(within(drawer).getByLabelText('原因'), '闲置，外壳损坏');
    await userEvent.click(within(drawer).getByRole('button', { name: '收回' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /terminals/KC1/recall');
      expect(call?.body).toEqual({ lost: false, keep: 10_000, reason: '闲置，外壳损坏' });
      expect(call?.match).toBe('"3"');
    });
  });
});

describe('a day', () => {
  it('has a difference taken over with a reason', async () => {
    // R1.43
    const answers = { 'GET /top-up-days/DZ1': day, 'POST /top-up-days/DZ1/lines/1': day };
    const calls = serve({ permissions: ['terminal.read', 'terminal.manage'], answers });
    show(DayPage, '/top-up-days/DZ1', '/top-up-days/$id');
    await userEvent.click(await screen.findByRole('button', { name: '补记' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('原因'), '漏传');
    await userEvent.click(within(drawer).getByRole('button', { name: '补记' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /top-up-days/DZ1/lines/1')?.body).toEqual({ take: true, reason: '漏传' }),
    );
  });
});
