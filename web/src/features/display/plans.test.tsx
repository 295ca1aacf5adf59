// A plan that its maker does not approve, a job that lacks a quote, a launch's piece with a photo, and a second look that does not know the first score.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import AgenciesPage from './AgenciesPage';
import BrandPage from './BrandPage';
import FirstNoticePage from './FirstNoticePage';
import LaunchesPage from './LaunchesPage';
import PlanOnePage from './PlanOnePage';
import RescoreOnePage from './RescoreOnePage';
import RescoresPage from './RescoresPage';

beforeAll(() => startTexts(texts, ['display', 'displayPlans']));
afterEach(() => vi.unstubAllGlobals());

const permissions = ['display.read', 'display.manage'];

const plan = {
  id: 'TF1',
  version: 3,
  campaign: '开学季',
  territory: '421102',
  territory_name: '示例区',
  state: 'submitted',
  lines: 1,
  planned: 2,
  made: 1,
  placed: 1,
  budget: 10_000,
  cost: 4_000,
  made_by: 'marketing',
  submitted_by: 'marketing',
  decided_by: '',
  decided_on: null,
  own: false,
  note: '',
};

const line = {
  line: 1,
  material: 'poster',
  material_name: '海报',
  place: 'o3',
  place_name: '海报位',
  quantity: 2,
  budget: 10_000,
  from: '2026-08-01',
  last_day: '2026-09-01',
  owner: 'channel',
  outlets: ['O1', 'O2'],
  outlet_names: ['网点一', '网点二'],
  made: 1,
  placed: 1,
  cost: 4_000,
  variance: -1,
  cost_variance: -6_000,
};

describe('a placement plan', () => {
  it('is approved by somebody else', async () => {
    // R7.189 R7.191
    const answers = {
      'GET /display/plans/TF1': { plan, lines: [line], beside: 1, beside_cost: 5_000 },
      'POST /display/plans/TF1/act': { version: 4 },
    };
    const calls = serve({ permissions, answers });
    show(PlanOnePage, '/display/plans/TF1', '/display/plans/$id');
    expect(await screen.findByText('投放 1 / 2 件')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '批准' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('button', { name: '批准' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /display/plans/TF1/act');
      expect(call?.body).toEqual({ act: 'approve', reason: '' });
      expect(call?.match).toBe('"3"');
    });
  });

  it('is not approved by its maker, and says where nobody answers', async () => {
    // R7.191
    const own = { plan: { ...plan, own: true }, lines: [{ ...line, owner: '' }], beside: 0, beside_cost: 0 };
    serve({ permissions, answers: { 'GET /display/plans/TF1': own } });
    show(PlanOnePage, '/display/plans/TF1', '/display/plans/$id');
    const button = (await screen.findByRole('button', { name: '批准' })) as HTMLButtonElement;
    expect(button.disabled).toBe(true);
    expect(screen.getByText('未指定')).toBeTruthy();
  });
});

const job = {
  id: 'ZZ1',
  version: 2,
  title: '门头制作',
  territory: '421102',
  territory_name: '示例区',
  estimate: 600_000,
  due_on: '2026-09-01',
  late: false,
  state: 'quoting',
  needs: 3,
  quotes: [{ agency: 'GG1', name: '甲广告', amount: 550_000, days: 7, note: '', who: 'test' }],
  agency: '',
  agency_name: '',
  amount: 0,
  chosen_by: '',
  chosen_on: null,
  why: '',
  quality: 0,
  punctual: 0,
  findings: '',
  photo: '',
  inspected_by: '',
  inspected_on: null,
  own: false,
};

describe('a job', () => {
  it('shows how many quotes it lacks, and takes one', async () => {
    // R7.187
    const agency = { id: 'GG1', version: 1, name: '甲广告', work: '店头', contact: '', state: 'active', note: '', jobs: 2, rating: 450 };
    const answers = {
      'GET /display/agencies': [agency],
      'GET /display/jobs': { items: [job], next: null, total: 1 },
      'POST /display/jobs/ZZ1/act': { version: 3 },
    };
    const calls = serve({ permissions, answers });
    show(AgenciesPage, '/display/agencies');
    expect(await screen.findByText('1 / 3 家')).toBeTruthy();
    expect(await screen.findByText('4.50')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '取消任务' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('原因'), '活动取消');
    await userEvent.click(within(drawer).getByRole('button', { name: '取消任务' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /display/jobs/ZZ1/act');
      expect(call?.body).toMatchObject({ act: 'cancel', note: '活动取消' });
      expect(call?.match).toBe('"2"');
    });
  });
});

describe('a launch', () => {
  it('shows what is placed of what was planned', async () => {
    // R7.128
    const launch = {
      id: 'SS1',
      version: 1,
      product: 'T001',
      product_name: '示例手机',
      name: '新机上市',
      territory: '421102',
      territory_name: '示例区',
      pieces: [{ material: 'poster', material_name: '海报', place: 'o3', place_name: '海报位' }],
      due_on: '2026-09-01',
      late: true,
      state: 'open',
      made_by: 'test',
      note: '',
      planned: 4,
      placed: 1,
      share: 2_500,
    };
    const answers = { 'GET /display/launches': [launch], 'GET /display/launch-tasks': [] };
    const calls = serve({ permissions, answers });
    show(LaunchesPage, '/display/launches');
    expect(await screen.findByText(/25\.0 %/)).toBeTruthy();
    expect(await screen.findByText('没有投放任务')).toBeTruthy();
    await userEvent.click(screen.getByRole('checkbox', { name: '只看待投放' }));
    await waitFor(() => expect(calls.some((one) => one.search.includes('open=true'))).toBe(true));
  });
});

const rescore = {
  id: 'FP1',
  version: 1,
  visit: 'V1',
  template: 'display_elements',
  template_name: '陈列现场七要素',
  outlet: 'O1',
  outlet_name: '网点一',
  scorer: 'channel',
  scorer_name: '渠道经理甲',
  day: '2026-08-01',
  score: null,
  again: null,
  difference: null,
  state: 'drawn',
  note: '',
  who: '',
  done_on: null,
  reply: '',
  own: false,
};

describe('a second look', () => {
  it('takes each item before it is sent', async () => {
    // R7.266
    const items = [{ item: 'q1', name: '正对人流', levels: null, photos: [], first: '' }];
    const calls = serve({ permissions, answers: { 'GET /display/rescores/FP1': { rescore, items } } });
    show(RescoreOnePage, '/display/rescores/FP1', '/display/rescores/$id');
    await userEvent.click(await screen.findByRole('button', { name: '提交复评' }));
    expect(await screen.findByText('请填写')).toBeTruthy();
    expect(calls.some((one) => one.path.startsWith('POST'))).toBe(false);
    expect(screen.queryByText('原得分')).toBeNull();
  });

  it('that differs is answered by whoever scored first', async () => {
    // R7.266
    const differs = { ...rescore, state: 'differs', score: 9_000, again: 7_500, difference: -1_500, note: '柜台空置' };
    const answers = {
      'GET /display/own-rescores': { items: [differs], next: null, total: 1 },
      'POST /display/own-rescores/FP1/reply': { version: 2 },
    };
    const calls = serve({ permissions, answers });
    show(RescoresPage, '/display/rescores?own=true', '/display/rescores');
    await userEvent.click(await screen.findByRole('button', { name: '答复' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('答复'), '已补拍');
    await userEvent.click(within(drawer).getByRole('button', { name: '答复' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /display/own-rescores/FP1/reply');
      expect(call?.body).toEqual({ reply: '已补拍' });
    });
  });
});

describe('first notice', () => {
  it('is told by type of outlet, with the whole', async () => {
    // R7.7 R7.162
    const found = {
      since: '2026-06-01',
      whole: { key: '', name: '', checked: 4, first: 3, share: 7_500 },
      rows: [{ key: '专营店', name: '专营店', checked: 4, first: 3, share: 7_500 }],
    };
    serve({ permissions, answers: { 'GET /display/first-notice': found } });
    show(FirstNoticePage, '/display/first-notice');
    expect(await screen.findByRole('cell', { name: '专营店' })).toBeTruthy();
    expect(screen.getAllByText('75.0 %').length).toBe(2);
  });
});

describe('the brand book', () => {
  it('shows the one version that holds and marks the others', async () => {
    // R5.19
    const book = {
      version: 2,
      state: 'current',
      name: '示例通信',
      wording: '业务名称用全称',
      usage: '四周留白',
      logo: 'a'.repeat(64),
      reason: '统一业务名称',
      from: '2026-08-01',
      who: 'marketing',
      at: '2026-08-01T00:00:00Z',
    };
    const past = { ...book, version: 1, state: 'past', wording: '可以缩写' };
    serve({ permissions: ['display.read'], answers: { 'GET /display/brand': [book, past] } });
    show(BrandPage, '/display/brand');
    expect(await screen.findByRole('heading', { name: '现行 v2' })).toBeTruthy();
    expect(screen.getByText('已废止')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '发布新版本' })).toBeNull();
  });
});
