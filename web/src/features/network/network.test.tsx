// What people see of the network's life: likely duplicates before anything is kept, parts that are absent, what stands in the way.
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { App, ConfigProvider } from 'antd';
import type { ReactElement } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queries, type Schema } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { parseSearch, stringifySearch } from '@/shared/url';
import { AddCandidate } from './AddCandidate';
import BlacklistPage from './BlacklistPage';
import ExitPage from './ExitPage';
import OnboardingPage from './OnboardingPage';
import OutletPage from './OutletPage';
import PartnerPage from './PartnerPage';

interface Call {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

let calls: Call[] = [];
let me: object = {};

class Refuses {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
  ) {}
}

const WORDS = { tiers: [], channels: [{ value: 'social', label: '社会渠道' }], subtypes: [], grades: [] };

/** Answers as the server would, by method and path. */
function serve(answers: Record<string, (body: Record<string, unknown>) => object>) {
  const all: typeof answers = { 'GET /network/words': () => WORDS, 'GET /me': () => me, ...answers };
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname.replace('/api/v1', '');
    const text = request.headers.get('content-type')?.includes('json') ? await request.text() : '';
    const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    calls.push({ method: request.method, path, body });
    const found = (all[`${request.method} ${path}`] ?? (() => []))(body);
    const refused = found instanceof Refuses ? found : undefined;
    const sent = refused ? { type: 'about:blank', title: '', trace_id: 't', ...refused } : found;
    return new Response(JSON.stringify(sent), { status: refused?.status ?? 200, headers: { 'content-type': 'application/json' } });
  });
}

const called = (method: string, path: string) =>
  calls.filter((call) => call.method === method && call.path === path).map(({ body }) => body);

function show(Content: () => ReactElement, path = '/', at = path, permissions: string[] = []) {
  me = { login: 'zhang', name: '张三', today: '2026-08-31', permissions, roles: [] };
  queries.setQueryData(['me'], me);
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: path as '/', component: Content });
  const history = createMemoryHistory({ initialEntries: [at] });
  const router = createRouter({ routeTree: root.addChildren([page]), history, parseSearch, stringifySearch });
  render(
    <QueryClientProvider client={queries}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <App>
          <RouterProvider router={router as never} />
        </App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
  return router;
}

beforeAll(() => startTexts(texts, ['life', 'network', 'flows', 'audit']));
beforeEach(() => {
  calls = [];
  queries.clear();
});
afterEach(() => vi.unstubAllGlobals());

const life = (more: Partial<Schema<'LifeView'>> = {}): Schema<'LifeView'> => ({
  code: 'O1',
  state: 'open',
  title: '营业中',
  lines: [],
  may: [],
  levels: [],
  sites: [],
  numbers: [],
  exit: null,
  blacklisted: null,
  merged_into: null,
  merged: [],
  ...more,
});

describe('a new candidate', () => {
  it('is kept only once somebody says that it is none of those that are likely the same', async () => {
    // R0.10
    const twins = [{ noun: 'partner', code: 'P9', why: 'name', what: '城关通讯' }];
    serve({
      'POST /duplicates': ({ name }) => (name === '城关通讯' ? twins : []),
      'POST /candidates': ({ despite, name }) =>
        despite === true || name !== '城关通讯' ? life() : new Refuses(409, 'network.duplicate.likely', '可能已经存在：P9'),
    });
    const onAdded = vi.fn<(code: string) => void>();
    show(() => <AddCandidate who="partner" onAdded={onAdded} onClose={() => undefined} />, '/', '/', ['partner.manage']);
    await userEvent.type(await screen.findByLabelText('名称'), '城关通讯');
    await userEvent.type(screen.getByLabelText('编码'), 'N1');
    await userEvent.type(screen.getByLabelText('区域'), '421102');
    await userEvent.type(screen.getByLabelText('原因'), '走访发展');
    await userEvent.click(screen.getByRole('button', { name: '登记拓展对象' }));
    expect(await screen.findByText('可能已经存在：P9')).toBeTruthy();
    expect(await screen.findByText(/名称相同/)).toBeTruthy();
    expect(onAdded).not.toHaveBeenCalled();
    await userEvent.click(screen.getByLabelText('以上都不是同一个，仍要登记'));
    // What was found and ticked was about another name.
    await userEvent.type(screen.getByLabelText('名称'), '二店');
    expect(screen.queryByText(/名称相同/)).toBeNull();
    await userEvent.clear(screen.getByLabelText('名称'));
    await userEvent.type(screen.getByLabelText('名称'), '城关通讯');
    await userEvent.click(await screen.findByLabelText('以上都不是同一个，仍要登记'));
    await userEvent.click(screen.getByRole('button', { name: '登记拓展对象' }));
    await waitFor(() => expect(onAdded).toHaveBeenCalledWith('N1'));
    expect(called('POST', '/candidates').map(({ despite }) => despite)).toEqual([false, true]);
  });
});

describe('an outlet whole', () => {
  const all: Schema<'OutletAll'> = {
    outlet: {
      outlet: {
        code: 'O1',
        name: '城关一店',
        owner: 'P1',
        owner_name: '东方',
        territory: '421102',
        territory_name: '黄州区',
        channel: 'social',
        subtype: '',
        grade: '',
        district: '',
        state: 'active',
        life: 'open',
        clerks: 0,
        from: '2026-01-01',
      },
      clerks: [],
      history: [],
    },
    life: life({
      lines: [
        {
          seq: 1,
          state: 'open',
          title: '',
          from: '2026-01-01',
          who: 'li',
          reason: '开业',
          application: '',
          at: '2026-01-01T09:00:00+08:00',
        },
      ],
    }),
    keepers: [
      { login: 'wang', name: '王五', from: '2026-01-01', to: '2026-08-01', reason: '接管' },
      { login: 'li', name: '李四', from: '2026-08-01', to: null, reason: '交接' },
    ],
    contacts: [],
    agreements: [],
    business: {
      month: '2026-08',
      figures: [{ kind: 'new_user', title: '新增用户', month: 12, before: 10, whole_before: 11 }],
    },
    commission: null,
    documents: null,
    applications: null,
    log: null,
  };

  it('has no part for what one may not read, and no verbs one may not use', async () => {
    // R0.18 R7.43
    serve({ 'GET /outlets/O1/whole': () => all });
    show(OutletPage, '/outlets/$code', '/outlets/O1', ['partner.read', 'volume.read']);
    expect(await screen.findByRole('heading', { level: 1, name: '城关一店' })).toBeTruthy();
    for (const absent of ['操作日志', '文档', '申请', '最近一期酬金', '登记号码'])
      expect(screen.queryByRole('heading', { name: absent })).toBeNull();
    for (const verb of ['新增联系人', '合并', '申请变更']) expect(screen.queryByRole('button', { name: verb })).toBeNull();
    const business = screen.getByRole('group', { name: /业务/ });
    expect(within(business).getByText('+20.0%')).toBeTruthy();
    const rows = within(screen.getByRole('group', { name: '网点负责人' })).getAllByRole('row');
    expect(rows[1]!.textContent).toContain('李四');
    expect(rows[1]!.textContent).toContain('当前');
    expect(rows[2]!.textContent).toContain('曾任');
  });

  it('says what it was merged into before anything else', async () => {
    // R0.10
    const merged = { old: 'O1', new: 'O2', from: '2026-08-01', reason: '重复建档', who: 'li' };
    serve({ 'GET /outlets/O1/whole': () => ({ ...all, life: life({ state: 'closed', merged_into: merged }) }) });
    show(OutletPage, '/outlets/$code', '/outlets/O1', ['partner.read', 'partner.merge', 'flow.start']);
    expect(await screen.findByText('已自 2026-08-01 起并入 O2')).toBeTruthy();
    for (const verb of ['合并', '申请变更']) expect(screen.queryByRole('button', { name: verb })).toBeNull();
  });
});

describe('a partner’s file', () => {
  const whole: Schema<'PartnerWhole'> = {
    partner: {
      code: 'P1',
      name: '东方通讯',
      kind: '代理商',
      tier: '',
      parent: '',
      parent_name: '',
      territory: '421102',
      territory_name: '黄州区',
      since: '2020-01-01',
      blacklisted: false,
      state: 'active',
      life: 'active',
      below: 0,
      outlets: 2,
      clerks: 3,
    },
    above: [],
    below: [],
    agreements: [],
    history: [],
  };

  it('is suspended with a reason, and what follows stands above it', async () => {
    // R1.57
    serve({
      'GET /partners/P1': () => whole,
      'GET /partners/P1/life': () => life({ code: 'P1', state: 'active', may: [{ state: 'suspended', title: '' }] }),
      'POST /partners/P1/suspend': () => life(),
    });
    show(PartnerPage, '/partners/$code', '/partners/P1', ['partner.read', 'partner.suspend']);
    await userEvent.click(await screen.findByRole('button', { name: '暂停合作' }));
    expect(await screen.findByText(/现有网点照常营业/)).toBeTruthy();
    const verb = screen.getAllByRole('button', { name: '暂停合作' }).at(-1)!;
    await userEvent.click(verb);
    expect(await screen.findByText('请填写原因，至少 2 个字')).toBeTruthy();
    await userEvent.type(screen.getByLabelText('原因'), '核查期间');
    await userEvent.click(verb);
    await waitFor(() => expect(called('POST', '/partners/P1/suspend')).toEqual([{ suspended: true, reason: '核查期间' }]));
  });
});

describe('an exit', () => {
  const whole: Schema<'ExitWhole'> = {
    head: {
      id: 'CX1',
      version: 3,
      partner: 'P1',
      name: '东方通讯',
      state: 'clearing',
      title: '',
      cause: 'own_wish',
      notice_on: '2026-08-01',
      last_day: '2026-08-30',
      opened_by: 'li',
      opened_at: '2026-08-01T09:00:00+08:00',
      closed_on: null,
    },
    balances: [
      { name: 'ledger', title: '账本余额', left: [{ amount: 12_345, money: true, what: '应付酬金 ¥123.45' }] },
      { name: 'disputes', title: '未了结的争议', left: [] },
    ],
    history: [],
    next: { state: 'settled', title: '' },
  };

  it('shows what is not zero, and why it goes no further', async () => {
    // R8.41
    serve({
      'GET /exits/CX1': () => whole,
      'POST /exits/CX1/advance': () => new Refuses(409, 'network.exit.left', '尚未结清：应付酬金 ¥123.45'),
    });
    show(ExitPage, '/exits/$id', '/exits/CX1', ['partner.read', 'partner.exit']);
    expect(await screen.findByText('1 项不为零')).toBeTruthy();
    expect(screen.getByText('应付酬金 ¥123.45')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '推进到已结清' }));
    await userEvent.type(await screen.findByLabelText('原因'), '款项已清');
    await userEvent.click(screen.getAllByRole('button', { name: '推进到已结清' }).at(-1)!);
    expect(await screen.findByText('尚未结清：应付酬金 ¥123.45')).toBeTruthy();
    expect(called('POST', '/exits/CX1/advance')).toEqual([{ to: 'settled', reason: '款项已清' }]);
  });

  it('is taken further by those who may', async () => {
    serve({ 'GET /exits/CX1': () => whole });
    show(ExitPage, '/exits/$id', '/exits/CX1', ['partner.read']);
    const button = await screen.findByRole('button', { name: '推进到已结清' });
    expect(button.hasAttribute('disabled')).toBe(true);
    expect(button.getAttribute('title')).toBe('没有办理退出的权限');
  });
});

describe('the blacklist', () => {
  it('is asked for one thing at least, and keeps what is asked out of the address', async () => {
    // R0.36
    serve({ 'GET /blacklist': () => ({ items: [], next: null, total: 0 }), 'POST /blacklist/check': () => ({ hits: [] }) });
    const router = show(BlacklistPage, '/blacklist', '/blacklist', ['blacklist.read']);
    await userEvent.click(await screen.findByRole('button', { name: '核对' }));
    expect(await screen.findByText('请至少填写一项')).toBeTruthy();
    await userEvent.type(screen.getByLabelText('电话'), '13800001111');
    await userEvent.click(screen.getByRole('button', { name: '核对' }));
    expect(await screen.findByText('所填各项都不在黑名单中')).toBeTruthy();
    expect(called('POST', '/blacklist/check')).toEqual([{ phone: '13800001111' }]);
    expect(router.state.location.href).not.toContain('13800001111');
  });
});

describe('bulk onboarding', () => {
  const checked = (rejected: number): Schema<'OnboardingChecked'> => ({
    batch: 'ab'.repeat(32),
    received: 3,
    accepted: 3 - rejected,
    rejected,
    outlets: 1,
    clerks: 1,
    contacts: 1 - rejected,
    problems: rejected ? [{ row: 3, column: '类型', value: '仓库', code: 'network.onboard.kind', why: '须为网点、店员或联系人' }] : [],
    twins: [{ row: 2, twin: { noun: 'outlet', code: 'O7', why: 'sound', what: '城关店' } }],
  });
  const bring = async (rejected: number) => {
    serve({ 'POST /onboarding': () => checked(rejected) });
    const router = show(OnboardingPage, '/onboarding', '/onboarding?from=2026-10-01', ['partner.manage', 'flow.start']);
    const button = await screen.findByRole('button', { name: '核对文件' });
    expect(button.hasAttribute('disabled')).toBe(true);
    const input = document.querySelector<HTMLInputElement>('input[type=file]')!;
    await userEvent.upload(input, new File(['x'], 'network.csv', { type: 'text/csv' }));
    await userEvent.click(button);
    return router;
  };

  it('tells what is wrong by line, and is not applied for', async () => {
    // R0.7
    await bring(1);
    expect(await screen.findByText('共 3 行：可入网 2，有错误 1')).toBeTruthy();
    expect(screen.getByText('须为网点、店员或联系人')).toBeTruthy();
    expect(screen.getByRole('link', { name: '网点 O7' })).toBeTruthy();
    expect(screen.getByRole('button', { name: '发起审批' }).hasAttribute('disabled')).toBe(true);
  });

  it('goes on to the application with what the check said', async () => {
    // R0.7
    const router = await bring(0);
    await userEvent.click(await screen.findByRole('button', { name: '发起审批' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/applications/new/bulk_onboarding'));
    expect(router.state.location.search).toMatchObject({ batch: 'ab'.repeat(32), outlets: '1', contacts: '1', from_day: '2026-10-01' });
  });
});
