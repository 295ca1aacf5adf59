// Calls at the desk: the day against its thirty, a call with its minute, an appointment closed.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import CallsPage from './CallsPage';

beforeAll(() => startTexts(texts, ['field', 'calls']));
afterEach(() => vi.unstubAllGlobals());

const call = {
  id: 'C1',
  manager: 'channel',
  manager_name: '渠道经理一',
  outlet: 'O1',
  outlet_name: '网点一',
  partner: 'P1',
  partner_name: '代理商一',
  name: '王店主',
  outcome: 'reached',
  minute: '约好周二下午补样机',
  day: '2026-08-31',
  at_us: 1_788_139_800_000_000,
  appointment: { version: 1, on: '2026-09-01', minute: 870, state: 'open', overdue: false, reason: '' },
};

const day = {
  manager: 'channel',
  manager_name: '渠道经理一',
  day: '2026-08-31',
  daily: 30,
  today: { target: 30, made: 30, reached: 21, met: true },
  week: { target: 150, made: 149, reached: 100, met: false },
  days: [{ day: '2026-08-31', made: 30, reached: 21 }],
  calls_from: 540,
  calls_to: 720,
  visits_from: 720,
  visits_to: 1_020,
  appointments: [call],
  candidates: [
    {
      code: 'O2',
      name: '网点二',
      last_on: null,
      contacts: [{ name: '李店主', post: '店主', power: '', attitude: '', needs: '', phone: '' }],
    },
  ],
  visits: [{ code: 'O3', name: '网点三' }],
  may_note: true,
};

const open = (answers: Record<string, object> = {}) => {
  const permissions = ['visit.read', 'visit.make'];
  const me = { login: 'channel', name: '渠道经理一', permissions, roles: [], today: '2026-08-31' };
  const all = {
    'GET /me': me,
    'GET /field/team': { rows: [] },
    'GET /field/calls/day': day,
    'GET /field/calls': { rows: [call] },
    ...answers,
  };
  const calls = serve({ permissions, answers: all });
  queries.setQueryData(['me'], me);
  show(CallsPage, '/field/calls');
  return calls;
};

const user = userEvent.setup();

describe('calls', () => {
  it('are counted against thirty a day and a hundred and fifty a week', async () => {
    // S6 N11 R8.130
    open();
    expect(await screen.findByText('达标')).toBeTruthy();
    expect(screen.getByText('未达标')).toBeTruthy();
    expect(screen.getByText('上午电话 09:00–12:00')).toBeTruthy();
    expect(screen.getByText('下午拜访 12:00–17:00')).toBeTruthy();
  });

  it('are noted with a minute', async () => {
    // R7.86
    const calls = open({ 'POST /field/calls': call });
    await user.click(await screen.findByRole('button', { name: '登记电话 网点二' }));
    const drawer = within(await screen.findByRole('dialog'));
    await user.click(drawer.getByRole('button', { name: '保存' }));
    expect(await drawer.findByText('至少 2 个字')).toBeTruthy();
    await user.type(drawer.getByLabelText('纪要'), '需要两张海报');
    await user.click(drawer.getByRole('button', { name: '保存' }));
    await waitFor(() =>
      expect(calls.find((one) => one.path === 'POST /field/calls')?.body).toMatchObject({
        outlet: 'O2',
        name: '李店主',
        outcome: 'reached',
        minute: '需要两张海报',
      }),
    );
  });

  it('whose appointment is dropped say why', async () => {
    // R8.130
    const calls = open({ 'POST /field/calls/C1/close': { version: 2 } });
    await user.click((await screen.findAllByRole('button', { name: '了结预约 网点一' }))[0]!);
    const drawer = within(await screen.findByRole('dialog'));
    await user.click(drawer.getByRole('radio', { name: '已取消' }));
    await user.type(await drawer.findByLabelText('原因'), '店主改期');
    await user.click(drawer.getByRole('button', { name: '了结预约' }));
    await waitFor(() =>
      expect(calls.find((one) => one.path.endsWith('/close'))).toMatchObject({ match: '"1"', body: { to: 'dropped', reason: '店主改期' } }),
    );
  });
});
