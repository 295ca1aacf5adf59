// The desk of the field day: a plan moved and taken back, a visit that was held, a diary sent and answered.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import DiariesPage from './DiariesPage';
import DiaryPage from './DiaryPage';
import PlanPage from './PlanPage';
import PromisesPage from './PromisesPage';
import ReviewPage from './ReviewPage';
import VisitPage from './VisitPage';

vi.mock('@/shared/charts/PlaceMap', () => ({ PlaceMap: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));

beforeAll(() => startTexts(texts, ['field']));
afterEach(() => vi.unstubAllGlobals());

const DESK = ['visit.read', 'visit.plan', 'visit.review'];

/** Somebody who knows what day it is. */
const at = (login: string, { permissions, answers }: Parameters<typeof serve>[0]) => {
  const me = { login, name: login, permissions, roles: [], today: '2026-08-31' };
  const calls = serve({ permissions, answers: { 'GET /me': me, ...answers } });
  queries.setQueryData(['me'], me);
  return calls;
};

const counts = { counted: 3, held: 1, open: 0 };
const minutes = { inside: 120, between: 60, work: 180 };
const promises = { due: 2, in_time: 1, late: 0, broken: 1, share: 5_000 };
const adherence = {
  planned: 4,
  kept: 3,
  made: 4,
  made_as_planned: 3,
  in_order: 2,
  plan_share: 7_500,
  call_share: 7_500,
  route_share: 6_667,
};
const team = {
  from: '2026-08-31',
  to: '2026-08-31',
  rows: [
    {
      manager: 'channel',
      name: '渠道经理一',
      outlets: 4,
      covered: 3,
      coverage: 7_500,
      visits: counts,
      adherence,
      strike: { visits: 4, with_result: 2, share: 5_000 },
      minutes,
      promises,
      diaries_sent: 1,
      diaries_due: 1,
    },
  ],
};

const stop = (outlet: string, name: string) => ({
  outlet,
  name,
  class: 'A',
  outlet_type: '',
  lat_e6: null,
  lon_e6: null,
  risk: 10,
  purposes: ['serve'],
  purpose_names: ['客户服务'],
  target: '',
  manual: false,
  last_visit: null,
  promises: 0,
  visited: false,
});

const planned = (day: string, version: number, stops: ReturnType<typeof stop>[], kind = 'work') => ({
  day,
  kind,
  version,
  minutes: stops.length * 40,
  over: false,
  stops,
  proposed: [],
  changed_by: '',
  reason: '',
});

const plan = {
  manager: 'channel',
  manager_name: '渠道经理一',
  from: '2026-08-31',
  to: '2026-09-27',
  today: '2026-08-31',
  may_change: true,
  proposed: true,
  days: [
    planned('2026-08-31', 3, [stop('W1', '网点一'), stop('W2', '网点二')]),
    planned('2026-09-01', 5, [stop('W3', '网点三')]),
    planned('2026-09-02', 0, [], 'holiday'),
  ],
  left: [{ outlet: 'W9', name: '网点九', class: 'B', wanted: 2, planned: 1, why: 'full', why_text: '工作时间已满' }],
  late: [],
  outlets: 4,
  met: 3,
  counted: 4,
  met_percent: 75,
  spread_percent: 12,
  day_minutes: 480,
  frequency: [{ class: 'A', visits: 4 }],
};

const desk = {
  'GET /field/team': team,
  'GET /field/plan': plan,
  'GET /field/setup': { steps: [], purposes: [], templates: [] },
  'PUT /field/plan/channel/2026-09-01': planned('2026-09-01', 6, [stop('W3', '网点三'), stop('W2', '网点二')]),
  'PUT /field/plan/channel/2026-08-31': planned('2026-08-31', 4, [stop('W1', '网点一')]),
};

const outletsOf = (body: unknown) =>
  (body as { stops: { outlet: string; manual: boolean }[] }).stops.map((one) => `${one.outlet}${one.manual ? '*' : ''}`);

describe('a plan', () => {
  it('is moved with the menu at the versions seen, and taken back', async () => {
    // R7.38
    const calls = at('supervisor', { permissions: DESK, answers: desk });
    show(PlanPage, '/field/plan');
    const undo = await screen.findByRole<HTMLButtonElement>('button', { name: '撤销上一步' });
    expect(undo.disabled).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: '调整 网点二 2026-08-31' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: '移到后一工作日' }));
    const writes = () => calls.filter((call) => call.path.startsWith('PUT'));
    await waitFor(() => expect(writes()).toHaveLength(2));
    expect(writes().map((call) => [call.path.slice(-10), call.match, outletsOf(call.body)])).toEqual([
      ['2026-09-01', '"5"', ['W3', 'W2*']],
      ['2026-08-31', '"3"', ['W1']],
    ]);
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: '撤销上一步' }).disabled).toBe(false));
    await userEvent.click(screen.getByRole('button', { name: '撤销上一步' }));
    await waitFor(() => expect(writes()).toHaveLength(4));
    expect(
      writes()
        .slice(2)
        .map((call) => [call.path.slice(-10), outletsOf(call.body)]),
    ).toEqual([
      ['2026-08-31', ['W1', 'W2']],
      ['2026-09-01', ['W3']],
    ]);
  });

  it('is moved by dragging and with keys', async () => {
    // R7.38
    const calls = at('supervisor', { permissions: DESK, answers: desk });
    show(PlanPage, '/field/plan');
    const button = await screen.findByRole('button', { name: '调整 网点二 2026-08-31' });
    const data = { setData: () => undefined, effectAllowed: '' };
    fireEvent.dragStart(button.closest('.board-stop')!, { dataTransfer: data });
    const target = screen.getByRole('list', { name: '2026-09-01 的网点' }).closest('td')!;
    fireEvent.dragOver(target, { dataTransfer: data });
    fireEvent.drop(target, { dataTransfer: data });
    const writes = () => calls.filter((call) => call.path.startsWith('PUT'));
    await waitFor(() => expect(writes()).toHaveLength(2));
    expect(outletsOf(writes()[0]!.body)).toEqual(['W3', 'W2*']);
    const first = await screen.findByRole('button', { name: '调整 网点一 2026-08-31' });
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: '撤销上一步' }).disabled).toBe(false));
    fireEvent.keyDown(first, { key: 'ArrowRight', altKey: true });
    await waitFor(() => expect(writes()).toHaveLength(4));
    expect(writes()[2]!.path).toContain('2026-09-01');
    expect(outletsOf(writes()[2]!.body)).toContain('W1*');
  });

  it('says why an outlet is left out, what stays when it is proposed again, and marks holidays', async () => {
    // R7.38
    const calls = at('supervisor', { permissions: DESK, answers: { ...desk, 'POST /field/plan/propose': plan } });
    show(PlanPage, '/field/plan');
    expect(await screen.findByText('工作时间已满')).toBeTruthy();
    expect(screen.getByText('节假日')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '重新生成' }));
    const drawer = await screen.findByRole('dialog');
    expect(within(drawer).getByText('2026-08-31 以前的日子')).toBeTruthy();
    await userEvent.click(within(drawer).getByRole('button', { name: '生成计划' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /field/plan/propose')?.body).toEqual({ manager: 'channel', from: '2026-08-31' }),
    );
  });

  it('offers nothing to who only reads', async () => {
    // R0.1
    at('auditor', { permissions: ['visit.read'], answers: { ...desk, 'GET /field/plan': { ...plan, may_change: false } } });
    show(PlanPage, '/field/plan');
    expect(await screen.findByText('您可以查看这份计划，不能调整')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^调整/ })).toBeNull();
    expect(screen.queryByRole('button', { name: '重新生成' })).toBeNull();
  });
});

const line = {
  id: '01J8ZQ4Y3M5N6P7R8S9T0V1W2X',
  version: 4,
  day: '2026-08-31',
  manager: 'channel',
  manager_name: '渠道经理一',
  outlet: 'W1',
  outlet_name: '网点一',
  state: 'reported',
  counts: 'held',
  planned_on: '2026-08-31',
  entered_us: 1_788_138_000_000_000,
  left_us: 1_788_139_800_000_000,
  minutes: 30,
  completion: 9_091,
  results: 1,
  scores: [{ template: 'visit_basics', name: '货架与 POP 速查', score: 7_882 }],
  flags: [{ kind: 'away', text: '签到位置距网点 812 米', holds: true }],
};

const photo = 'a'.repeat(64);

const whole = {
  line,
  header: { outlet: 'W1', purposes: [], planned_on: '2026-08-31', began_us: line.entered_us, templates: { visit_basics: 1 } },
  site: {
    outlet: 'W1',
    name: '网点一',
    partner: 'P1',
    partner_name: '代理商一',
    territory: '430102',
    territory_name: '示例区',
    outlet_type: '',
    class: 'A',
    lat_e6: 28_200_000,
    lon_e6: 112_900_000,
    closed_from: null,
  },
  completion: { done: 10, skipped: ['train'], open: [], share: 9_091 },
  met: ['店长'],
  reported_us: line.left_us,
  steps: [{ id: 'train', name: '培训', state: 'skipped', reason: '店员不在', at_us: line.left_us }],
  goals: [{ id: 'g1', purpose: 'serve', text: '补齐价签', target: 0, original: null, result: null, achieved: true, reason: '当场补齐' }],
  issues: [],
  sheets: [
    {
      template: 'visit_basics',
      version: 1,
      name: '货架与 POP 速查',
      score: 7_882,
      verdict: 'failed',
      vetoed: [],
      sections: [],
      measures: [
        { id: 'share_of_shelf', name: '货架份额', value: 5_000, unit: 'share', scale: 0 },
        { id: 'first_notice_yes', name: '第一注目', value: 1, unit: 'yes_no', scale: 0 },
        { id: 'prices', name: '标价合计', value: 199_900, unit: 'fen', scale: 0 },
      ],
      answers: [
        {
          item: 'price',
          name: '价签齐全',
          section: 'aspects',
          answer: { yes_no: false },
          evidence: 'seen',
          photos: [photo],
          note: '缺两张',
          failed: true,
          open: false,
          fix: { act: 'fixed', due_on: null, after: null, note: '' },
        },
        {
          item: 'pop',
          name: '在位',
          section: 'pop',
          answer: { yes_no: true },
          evidence: 'seen',
          photos: [],
          note: '',
          failed: false,
          open: false,
          fix: null,
        },
      ],
    },
  ],
  counts: [],
  shelves: [
    { product: 'T1', name: '示例机型一', stands: 'shelf', sample: true, tag: false },
    { product: 'T2', name: '示例机型二', stands: 'missing', sample: null, tag: null },
  ],
  trainings: [],
  notes: [],
  ending: { order: '', next: { text: '补货', owner: 'channel', due_on: '2026-09-07' }, reason: '' },
  photos: [
    {
      sha256: photo,
      of: 'answer',
      here: true,
      taken_us: line.entered_us,
      live: true,
      outlet: 'W1',
      lat_e6: 28_207_300,
      lon_e6: 112_900_000,
    },
  ],
  missing: [],
  conflicts: [
    {
      path: 'answer.visit_basics.price',
      value: { answer: { yes_no: false } },
      heads: ['w1', 'w2'],
      others: [{ id: 'w2', device: '手机乙', value: { answer: { yes_no: true } } }],
    },
  ],
  to_fix: [],
  facts: [],
  track: [
    { what: 'check_in', at_us: line.entered_us, lat_e6: 28_207_300, lon_e6: 112_900_000, accuracy_m: 20, level: 'away', distance_m: 812 },
    { what: 'photo', at_us: line.entered_us, lat_e6: 28_207_300, lon_e6: 112_900_000, accuracy_m: 15, level: 'away', distance_m: 812 },
  ],
  decided_by: '',
  decided_why: '',
  may_review: true,
  mine: false,
};

describe('a visit', () => {
  const answers = { ...desk, [`GET /field/visits/${line.id}`]: whole, [`POST /field/visits/${line.id}/review`]: { version: 5 } };
  const page = () => show(VisitPage, `/field/visits/${line.id}`, '/field/visits/$id');

  it('shows both values of a conflict, reasons for what was left out, and goals against results', async () => {
    // R0.24 R7.34 R7.57
    at('supervisor', { permissions: DESK, answers });
    page();
    const both = (await screen.findByText('检查 · 货架与 POP 速查 · 价签齐全')).closest('tr')!;
    expect(within(both).getByText('否')).toBeTruthy();
    expect(within(both).getByText('是')).toBeTruthy();
    expect(screen.getByText('店员不在')).toBeTruthy();
    expect(screen.getByText('补齐价签')).toBeTruthy();
    await userEvent.click(screen.getByRole('checkbox', { name: '只看未达标' }));
    expect(screen.queryByText('在位')).toBeNull();
  });

  it('shows figures in what they are in, and where each model stands', async () => {
    // R7.34 R7.240
    at('supervisor', { permissions: DESK, answers });
    page();
    expect(await screen.findByText('货架份额 50.0%、第一注目 是、标价合计 ¥1,999.00')).toBeTruthy();
    const row = screen.getByText('示例机型一').closest('tr')!;
    expect(within(row).getByText('在柜')).toBeTruthy();
    expect(within(row).getByText('否')).toBeTruthy();
    expect(within(screen.getByText('示例机型二').closest('tr')!).getByText('没有')).toBeTruthy();
  });

  it('shows who was met, how far the check-in was, and a photo with its watermark', async () => {
    // R7.44
    at('supervisor', { permissions: DESK, answers });
    page();
    expect(await screen.findByText('店长')).toBeTruthy();
    expect(screen.getByText('812 米')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: /照片 1：检查项/ }));
    const viewer = await screen.findByRole('dialog');
    expect(within(viewer).getByText('网点一 W1')).toBeTruthy();
    expect(within(viewer).getByText('28.207300, 112.900000 · 精度 15 米 · 距网点 812 米')).toBeTruthy();
  });

  it('is decided with a reason, at the version that was seen', async () => {
    // N44
    const calls = at('supervisor', { permissions: DESK, answers });
    page();
    await userEvent.click(await screen.findByRole('button', { name: '审定' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('radio', { name: '不计入' }));
    await userEvent.click(within(drawer).getByRole('button', { name: '审定' }));
    expect(await within(drawer).findByText('至少 2 个字')).toBeTruthy();
    await userEvent.type(within(drawer).getByLabelText('原因'), '人不在网点');
    await userEvent.click(within(drawer).getByRole('button', { name: '审定' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path.endsWith('/review'))).toMatchObject({
        match: '"4"',
        body: { counts: false, reason: '人不在网点' },
      }),
    );
  });

  it('of one’s own is not decided from the queue', async () => {
    // N44
    at('channel', { permissions: DESK, answers: { 'GET /field/review-queue': { rows: [line], next: null } } });
    show(ReviewPage, '/field/review');
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: '审定 网点一 2026-08-31 的拜访' });
    expect(button.disabled).toBe(true);
    expect(button.title).toBe('不能审阅自己的拜访');
  });
});

const diary = {
  manager: 'channel',
  manager_name: '渠道经理一',
  day: '2026-08-31',
  kind: 'work',
  version: 2,
  state: 'open',
  lines: [{ what: 'visit', at_us: line.entered_us, outlet: 'W1', outlet_name: '网点一', record: line.id, text: '拜访网点一，30 分钟' }],
  visits: counts,
  planned: 4,
  kept: 3,
  minutes,
  promises,
  tasks: [
    {
      record: 't1',
      kind: 'action',
      text: '补货跟进',
      due_on: '2026-08-31',
      put_off_to: '',
      put_off_reason: '',
      carried: 1,
      to: '/field/promises',
    },
  ],
  note: '',
  sent_us: null,
  answer: '',
  answered_by: '',
  answered_by_name: '',
  may_send: true,
  may_answer: false,
};

describe('a diary', () => {
  it('is sent with tasks that were put off', async () => {
    // R7.33 R7.96
    const calls = at('channel', {
      permissions: ['visit.read', 'visit.make'],
      answers: { ...desk, 'GET /field/diary': diary, 'POST /field/diary/2026-08-31/send': { ...diary, state: 'sent' } },
    });
    show(DiaryPage, '/field/diary');
    expect(await screen.findByText('拜访网点一，30 分钟')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '提交日报' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('checkbox', { name: '改期' }));
    const to = await within(drawer).findByLabelText('改到');
    await userEvent.type(to, '2026-09-02{Enter}');
    await userEvent.type(within(drawer).getByLabelText('原因'), '等货到');
    await userEvent.click(within(drawer).getByRole('button', { name: '提交日报' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path.startsWith('POST'))).toMatchObject({
        match: '"2"',
        body: { put_off: [{ record: 't1', to: '2026-09-02', reason: '等货到' }], note: '' },
      }),
    );
  });

  it('is read and answered by the supervisor', async () => {
    // R7.33
    const row = {
      manager: 'channel',
      name: '渠道经理一',
      state: 'sent',
      version: 2,
      sent_us: line.left_us,
      visits: counts,
      planned: 4,
      kept: 3,
      minutes,
      promises,
      note: '一切正常',
      answer: '',
    };
    const calls = at('supervisor', {
      permissions: DESK,
      answers: {
        ...desk,
        'GET /field/diary/team': { day: '2026-08-31', kind: 'work', sent: 1, managers: 1, rows: [row] },
        'GET /field/diary': { ...diary, state: 'sent', may_send: false, may_answer: true },
        'POST /field/diary/channel/2026-08-31/answer': { ...diary, version: 3 },
      },
    });
    show(DiariesPage, '/field/diaries');
    await userEvent.click(await screen.findByRole('button', { name: '查看 渠道经理一 的日报' }));
    await userEvent.click(await screen.findByRole('button', { name: '批阅' }));
    await userEvent.type(await screen.findByLabelText('批阅意见'), '补货请抓紧');
    await userEvent.click(screen.getAllByRole('button', { name: '批阅' }).at(-1)!);
    await waitFor(() =>
      expect(calls.find((call) => call.path.endsWith('/answer'))).toMatchObject({ match: '"2"', body: { text: '补货请抓紧' } }),
    );
  });
});

describe('promises', () => {
  it('are closed with a reason where they were not kept, beside the kept rate', async () => {
    // R7.77
    const promise = {
      id: 'b3b0c1de-0000-4000-8000-000000000001',
      version: 1,
      manager: 'channel',
      manager_name: '渠道经理一',
      outlet: 'W1',
      outlet_name: '网点一',
      visit: '',
      text: '送宣传单',
      made_on: '2026-08-20',
      due_on: '2026-08-25',
      state: 'open',
      closed_on: null,
      reason: '',
      overdue: true,
    };
    const calls = at('channel', {
      permissions: ['visit.read', 'visit.make'],
      answers: {
        ...desk,
        'GET /field/promises': { rows: [promise], kept: { due: 2, in_time: 1, late: 0, broken: 1, rate: 5_000 } },
        [`POST /field/promises/${promise.id}/close`]: { version: 2 },
      },
    });
    show(PromisesPage, '/field/promises');
    expect(await screen.findByText('50.0%')).toBeTruthy();
    await userEvent.click(await screen.findByRole('button', { name: '办结 送宣传单' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('radio', { name: '未能兑现' }));
    await userEvent.type(within(drawer).getByLabelText('原因'), '物料未到');
    await userEvent.click(within(drawer).getByRole('button', { name: '办结' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path.endsWith('/close'))).toMatchObject({
        match: '"1"',
        body: { to: 'broken', reason: '物料未到' },
      }),
    );
  });
});
