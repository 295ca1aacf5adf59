// A stop on the phone: large counters, nothing sold without an agent, and somebody of the crew who comes.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { serve, show } from '@/testing/show';
import OnePage from './OnePage';

beforeAll(() => startTexts(texts, ['phone', 'phoneRoadshow']));
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function open() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});
afterEach(() => vi.unstubAllGlobals());

const totals = { stops: 1, visitors: 2, demos: 0, leads: 0, activations: 0, handsets: 0, cost: 0, cost_per_activation: null };
const unit = {
  id: 'R1',
  version: 3,
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
  state: 'departed',
  checked: true,
  short: false,
  approved: false,
  totals,
};
const stop = {
  id: 'S1',
  version: 1,
  outlet: '',
  place: '万达广场东门',
  day: '2026-08-31',
  partner: '',
  partner_name: '',
  ...totals,
  note: '',
};
const whole = {
  unit,
  kit: [],
  checked_by: '',
  checked_us: null,
  approved_by: '',
  reason: '',
  made_by: '',
  stops: [stop],
  presences: [],
  agents: [],
  may: ['stop', 'close'],
};

const open = async (more: object = {}) => {
  const answers = {
    'GET /field/roadshows/R1': { ...whole, stops: [{ ...stop, ...more }] },
    'POST /field/roadshow-stops/S1': { version: 2 },
    'POST /field/attendance': { id: 'A1' },
  };
  const calls = serve({ permissions: ['visit.make', 'visit.read', 'partner.read'], answers });
  show(OnePage, '/roadshows/R1', '/roadshows/$id');
  await userEvent.click(await screen.findByRole('button', { name: /万达广场东门/ }));
  return { calls, sheet: within(await screen.findByRole('dialog')) };
};

describe('a stop', () => {
  it('asks for the agent once something was activated', async () => {
    // R1.20
    const { sheet } = await open();
    await userEvent.click(sheet.getByRole('button', { name: '增加激活' }));
    expect(sheet.getByRole<HTMLButtonElement>('button', { name: '保存数量' }).disabled).toBe(true);
    expect(sheet.getByText('有激活或销售，请选择归属的代理商')).toBeTruthy();
  });

  it('is counted by taps and saved as a whole', async () => {
    // R1.20
    const { calls, sheet } = await open({ partner: 'P1', partner_name: '代理商一' });
    await userEvent.click(sheet.getByRole('button', { name: '增加到访人数' }));
    await userEvent.click(sheet.getByRole('button', { name: '增加激活' }));
    await userEvent.clear(sheet.getByLabelText('费用（元）'));
    await userEvent.type(sheet.getByLabelText('费用（元）'), '120');
    await userEvent.click(sheet.getByRole('button', { name: '保存数量' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /field/roadshow-stops/S1');
      const body = { visitors: 3, demos: 0, leads: 0, activations: 1, handsets: 0, cost: 12_000, partner: 'P1', note: '' };
      expect([call?.match, call?.body]).toEqual(['"1"', body]);
    });
  });

  it('notes who came, also where the phone does not say where it is', async () => {
    // R0.6
    const { calls, sheet } = await open();
    await userEvent.click(sheet.getByRole('button', { name: /渠道经理一/ }));
    await waitFor(() =>
      expect(calls.find((one) => one.path === 'POST /field/attendance')?.body).toMatchObject({ stop: 'S1', person: 'channel' }),
    );
  });
});
