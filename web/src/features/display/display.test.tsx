// A correction that is looked at, a piece that is checked with a photo, and an agreement its author does not sign.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import AgreementsPage from './AgreementsPage';
import CorrectionsPage from './CorrectionsPage';
import PopOnePage from './PopOnePage';

beforeAll(() => startTexts(texts, ['display']));
afterEach(() => vi.unstubAllGlobals());

const correction = {
  id: 'ZG1',
  version: 4,
  outlet: 'O1',
  outlet_name: '网点一',
  template: 'display_elements',
  template_name: '陈列现场七要素',
  item: 'q1',
  item_name: '正面正对人流',
  veto: false,
  state: 'fixed',
  owner: 'channel',
  visit: 'V1',
  opened_on: '2026-08-01',
  due_on: '2026-08-08',
  late: false,
  before: '',
  after: '',
  again: 0,
  fixed_by: 'channel',
  fixed_on: '2026-08-05',
  closed_by: '',
  closed_on: null,
  note: '',
};

const asset = {
  id: 'PW1',
  version: 3,
  kind: 'poster',
  kind_name: '海报',
  place: 'o3',
  place_name: '迎向户外人流的海报位',
  campaign: '开学季',
  outlet: 'O1',
  outlet_name: '网点一',
  partner: 'P1',
  partner_name: '代理商一',
  cost: 6_000,
  valuable: false,
  state: 'approved',
  condition: 'good',
  application: 'WL1',
  asked_by: 'channel',
  approved_on: '2026-08-01',
  maker: '',
  ready_on: null,
  consent: '',
  agreement: '',
  photo: '',
  placed_on: null,
  checked_on: null,
  check_by: null,
  ended_on: null,
  unchecked: false,
  no_agreement: false,
};

const permissions = ['display.read', 'display.manage'];

describe('a correction', () => {
  it('is sent back with a reason', async () => {
    // R7.265
    const counts = { open: 0, late: 0, fixed: 1, verified: 0, released: 0, in_time: null };
    const answers = {
      'GET /display/corrections': { items: [correction], next: null, total: 1 },
      'GET /display/corrections/counts': counts,
      'POST /display/corrections/ZG1/act': { version: 5 },
    };
    const calls = serve({ permissions, answers });
    show(CorrectionsPage, '/display/corrections');
    await userEvent.click(await screen.findByRole('button', { name: '退回' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('原因'), '颜色仍不符');
    await userEvent.click(within(drawer).getByRole('button', { name: '退回' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /display/corrections/ZG1/act');
      expect(call?.body).toMatchObject({ act: 'reject', note: '颜色仍不符' });
      expect(call?.match).toBe('"4"');
    });
  });
});

describe('a piece', () => {
  it('is ordered for what was approved', async () => {
    // R7.25 R7.186
    const answers = {
      'GET /display/pop/PW1': { asset, history: [], effect: { days: 30, before: 10, after: 14, gain: 30_000, per_yuan: 500 } },
      'POST /display/pop/PW1/act': { version: 4 },
    };
    const calls = serve({ permissions, answers });
    show(PopOnePage, '/display/pop/PW1', '/display/pop/$id');
    expect(await screen.findByText(/10 → 14/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '下单制作' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('制作公司'), '示例广告');
    await userEvent.type(within(drawer).getByLabelText('完成日期'), '2026-09-01');
    await userEvent.type(within(drawer).getByLabelText('金额（元）'), '55');
    await userEvent.click(within(drawer).getByRole('button', { name: '下单制作' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /display/pop/PW1/act');
      expect(call?.body).toMatchObject({ act: 'produce', maker: '示例广告', ready_on: '2026-09-01', cost: 5_500 });
      expect(call?.match).toBe('"3"');
    });
  });
});

describe('an agreement', () => {
  it('is not signed by who drafted it', async () => {
    // R7.197
    const row = {
      id: 'XC1',
      version: 1,
      outlet: 'O1',
      outlet_name: '网点一',
      partner: 'P1',
      partner_name: '代理商一',
      places: ['o1'],
      place_names: ['店头位'],
      size: '3 米',
      from: '2026-08-01',
      last_day: '2027-07-31',
      days_left: null,
      ending: false,
      cost: 120_000,
      rights: '展示费',
      duties: '保管',
      state: 'draft',
      signed_by: '',
      signed_on: null,
      made_by: 'test',
      own: true,
      note: '',
    };
    serve({ permissions, answers: { 'GET /display/agreements': { items: [row], next: null, total: 1 } } });
    show(AgreementsPage, '/display/agreements');
    const button = (await screen.findByRole('button', { name: '登记签署' })) as HTMLButtonElement;
    expect(button.disabled).toBe(true);
    expect(button.title).toBe('须由起草人以外的人登记');
  });
});
