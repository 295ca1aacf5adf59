// A roadshow at the desk: what is short, a count, an approval, the stops with their figures, a booking.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import RoadshowPage from './RoadshowPage';
import RoadshowsPage from './RoadshowsPage';

beforeAll(() => startTexts(texts, ['roadshow']));
afterEach(() => vi.unstubAllGlobals());

const totals = { stops: 1, visitors: 80, demos: 30, leads: 12, activations: 8, handsets: 3, cost: 100_000, cost_per_activation: 12_500 };
const unit = {
  id: 'R1',
  version: 2,
  week: '2026-08-31',
  last_day: '2026-09-06',
  territory: '360902',
  territory_name: '袁州区',
  title: '集市流动助销',
  leader: 'channel',
  leader_name: '渠道经理一',
  vehicle: '示A·12345',
  kit: '一号套',
  crew: [{ code: 'channel', name: '渠道经理一' }],
  state: 'booked',
  checked: true,
  short: true,
  approved: false,
  totals,
};
const part = (id: string, name: string, needed: number, have: number | null) => ({
  id,
  name,
  needed,
  more: id === 'demo_phone',
  booked: id === 'week',
  have,
  short: have !== null && have < needed,
});
const whole = {
  unit,
  kit: [part('people', '人员', 4, 4), part('week', '周', 1, 1), part('demo_phone', '主推体验机', 1, 0)],
  checked_by: '渠道经理一',
  checked_us: 1_788_139_800_000_000,
  approved_by: '',
  reason: '',
  made_by: '营销支撑经理',
  stops: [
    {
      id: 'S1',
      version: 3,
      outlet: '',
      place: '万达广场东门',
      day: '2026-08-31',
      partner: 'P1',
      partner_name: '代理商一',
      ...totals,
      note: '',
    },
  ],
  presences: [
    {
      id: 'A1',
      kind: 'roadshow',
      roadshow: 'R1',
      stop: 'S1',
      outlet: '',
      outlet_name: '',
      person: 'channel',
      name: '渠道经理一',
      day: '2026-08-31',
      came_us: 1_788_139_800_000_000,
      came_level: 'away',
      came_m: 900,
      left_us: null,
      left_level: '',
      left_m: null,
      minutes: null,
      note: '',
    },
  ],
  agents: [{ partner: 'P1', name: '代理商一', totals }],
  may: ['check', 'approve'],
};

const user = userEvent.setup();

const at = (answers: Record<string, object>, permissions = ['visit.read']) => {
  const me = { login: 'marketing', name: 'M', permissions, roles: [], today: '2026-08-31' };
  const calls = serve({ permissions, answers: { 'GET /me': me, ...answers } });
  queries.setQueryData(['me'], me);
  return calls;
};

describe('a unit', () => {
  it('shows what is short, who was where, and what each agent is credited with', async () => {
    // R1.17 R1.20
    at({ 'GET /field/roadshows/R1': whole });
    show(RoadshowPage, '/field/roadshows/R1', '/field/roadshows/$id');
    expect(await screen.findByText('配置不符')).toBeTruthy();
    expect(screen.getByText('≥1')).toBeTruthy();
    expect(screen.getAllByText('125.00').length).toBeGreaterThan(1);
    expect(screen.getByText('不在现场')).toBeTruthy();
    expect(screen.getAllByText('万达广场东门').length).toBe(2);
    expect(screen.queryByRole('button', { name: '出发' })).toBeNull();
  });

  it('is counted part by part', async () => {
    // S8
    const calls = at({ 'GET /field/roadshows/R1': whole, 'POST /field/roadshows/R1/check': { version: 3 } });
    show(RoadshowPage, '/field/roadshows/R1', '/field/roadshows/$id');
    await user.click(await screen.findByRole('button', { name: '清点配置' }));
    const drawer = within(await screen.findByRole('dialog'));
    const phones = drawer.getByLabelText(/主推体验机/);
    await user.clear(phones);
    await user.type(phones, '2');
    await user.click(drawer.getByRole('button', { name: '清点配置' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path.endsWith('/check'));
      expect([call?.match, call?.body]).toEqual(['"2"', { counted: { people: 4, demo_phone: 2 } }]);
    });
  });

  it('goes with less than its kit for a reason somebody gives', async () => {
    // R1.17
    const calls = at({ 'GET /field/roadshows/R1': whole, 'POST /field/roadshows/R1/approve': { version: 3 } });
    show(RoadshowPage, '/field/roadshows/R1', '/field/roadshows/$id');
    await user.click(await screen.findByRole('button', { name: '批准缺项' }));
    const drawer = within(await screen.findByRole('dialog'));
    await user.click(drawer.getByRole('button', { name: '批准缺项' }));
    expect(await drawer.findByText('至少 2 个字')).toBeTruthy();
    await user.type(drawer.getByLabelText('原因'), '样机在途');
    await user.click(drawer.getByRole('button', { name: '批准缺项' }));
    await waitFor(() => expect(calls.find((one) => one.path.endsWith('/approve'))?.body).toEqual({ reason: '样机在途' }));
  });
});

describe('units of some weeks', () => {
  it('begin on a Monday, and are booked by who may', async () => {
    // R1.18
    const calls = at({ 'GET /field/roadshows': { from: '2026-08-31', to: '2026-09-21', rows: [unit], totals, may_book: false } });
    show(RoadshowsPage, '/field/roadshows?week=2026-09-03', '/field/roadshows');
    expect(await screen.findByRole('link', { name: '集市流动助销' })).toBeTruthy();
    expect(calls.find((one) => one.path === 'GET /field/roadshows')?.search).toContain('week=2026-08-31');
    expect(screen.queryByRole('button', { name: '预订单元' })).toBeNull();
  });
});
