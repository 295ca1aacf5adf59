// What people see of approvals: several decided at once with a result for each, an opinion that has to be there, errors at their fields.
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { App, ConfigProvider } from 'antd';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queries, type Schema } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { parseSearch, stringifySearch } from '@/shared/url';
import { Act } from './Act';
import { Batch } from './Batch';
import { Fill } from './Fill';
import { History } from './History';

type Whole = Schema<'ApplicationWhole'>;

interface Call {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

let calls: Call[] = [];

/** Answers as the server would, by method and path. */
function serve(answers: Record<string, (body: Record<string, unknown>) => object>) {
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = new URL(request.url).pathname.replace('/api/v1', '');
    const text = await request.text();
    const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    calls.push({ method: request.method, path, body });
    const found = answers[`${request.method} ${path}`] ?? (() => []);
    return new Response(JSON.stringify(found(body)), { status: 200, headers: { 'content-type': 'application/json' } });
  });
}

const called = (method: string, path: string) => calls.find((call) => call.method === method && call.path === path)?.body;

beforeAll(() => startTexts(texts, ['flows']));
beforeEach(() => {
  calls = [];
  queries.clear();
});
afterEach(() => vi.unstubAllGlobals());

function show(content: ReactNode) {
  const root = createRootRoute({ component: () => content });
  const history = createMemoryHistory({ initialEntries: ['/'] });
  const router = createRouter({ routeTree: root, history, parseSearch, stringifySearch, defaultNotFoundComponent: () => content });
  render(
    <QueryClientProvider client={queries}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <App>
          <RouterProvider router={router as never} />
        </App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
}

const li = { login: 'li', name: '李四' };

const row = (id: string): Schema<'ApplicationRow'> => ({
  id,
  version: 2,
  flow: 'exception',
  flow_title: '例外申请',
  state: 'in_review',
  step: 'supervisor',
  step_title: '主管审批',
  applicant: { login: 'zhang', name: '张三' },
  territory: '',
  territory_name: '',
  summary: '延期两天交回单',
  amount: 800_000,
  holders: [li],
  begun_at: '2026-08-31T09:00:00+08:00',
  submitted_at: '2026-08-31T09:00:00+08:00',
  changed_at: '2026-08-31T09:00:00+08:00',
  ended_at: null,
  due: '2026-09-01',
  late: false,
  urged_at: null,
  unread: false,
  effect: null,
});

const field = (id: string, kind: string, title: string, more: Partial<Schema<'FlowField'>> = {}): Schema<'FlowField'> => ({
  id,
  title,
  help: '',
  kind,
  required: true,
  min: null,
  max: null,
  visible_if: null,
  at: null,
  supplement: false,
  options: [],
  columns: [],
  ...more,
});

const flow: Schema<'FlowView'> = {
  id: 'exception',
  version: 1,
  title: '例外申请',
  initials: 'x',
  about: '',
  group: 'support',
  effect: null,
  posts: [{ grant: 'g1', role: 'channel_manager', title: '渠道经理', over: '', over_name: '' }],
  fields: [
    field('request', 'text', '请求'),
    field('cost', 'money', '涉及金额', { required: false }),
    field('harm', 'text', '损害说明', { visible_if: 'cost > 1' }),
  ],
  steps: [
    { id: 'supervisor', title: '主管审批', kind: 'approve', due_days: 1, signature: false },
    { id: 'leader', title: '领导审批', kind: 'approve', due_days: 2, signature: false },
  ],
};

const whole: Whole = {
  head: row('LW1'),
  flow,
  form: { request: '延期', cost: 800_000 },
  masked: false,
  names: {},
  files: [],
  seats: [],
  passed: [],
  way: [],
  history: [],
  copies: [],
  verbs: ['agree', 'reject', 'return'],
  editable: [],
  needs_signature: false,
  barred: null,
  warnings: [],
  budget: null,
  effect: null,
};

describe('several at once', () => {
  it('are decided with one opinion, and each says what came of it', async () => {
    // R8.35
    serve({
      'POST /applications/decisions': () => ({
        items: [
          { id: 'LW1', done: true, version: 3, state: 'approved', code: null, detail: null },
          { id: 'LW2', done: false, version: null, state: null, code: 'workflow.self', detail: '不能审批自己的申请' },
        ],
      }),
    });
    const onDecided = vi.fn<() => void>();
    const onClose = vi.fn<() => void>();
    show(<Batch rows={[row('LW1'), row('LW2')]} agree onDecided={onDecided} onClose={onClose} />);
    await userEvent.type(await screen.findByLabelText('意见'), '同意延期');
    await userEvent.click(screen.getByRole('button', { name: '同意 2 份' }));
    expect(await screen.findByText('不能审批自己的申请')).toBeTruthy();
    expect(screen.getByText('已处理 1 份，未处理 1 份')).toBeTruthy();
    expect(called('POST', '/applications/decisions')).toEqual({
      agree: true,
      text: '同意延期',
      items: [
        { id: 'LW1', version: 2 },
        { id: 'LW2', version: 2 },
      ],
    });
    expect(onClose).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', { name: '知道了' }));
    expect(onDecided).toHaveBeenCalledOnce();
    expect(onClose).toHaveBeenCalledOnce();
  });

  it('are not rejected without a word', async () => {
    serve({});
    show(<Batch rows={[row('LW1')]} agree={false} onDecided={vi.fn<() => void>()} onClose={vi.fn<() => void>()} />);
    await userEvent.click(await screen.findByRole('button', { name: '拒绝 1 份' }));
    expect(await screen.findByText('请填写，至少 2 个字')).toBeTruthy();
    expect(called('POST', '/applications/decisions')).toBeUndefined();
  });
});

describe('a decision', () => {
  it('is made with an opinion on the version that was seen', async () => {
    serve({ 'POST /applications/LW1/agree': () => ({ id: 'LW1', version: 3, state: 'approved' }) });
    const onClose = vi.fn<() => void>();
    show(<Act verb="agree" whole={whole} reload={async () => whole} onClose={onClose} />);
    await userEvent.type(await screen.findByLabelText('意见'), '可以');
    await userEvent.click(screen.getByRole('button', { name: '同意' }));
    await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
    expect(called('POST', '/applications/LW1/agree')).toEqual({ text: '可以', edits: {} });
  });

  it('waits for the signature where one is asked for', async () => {
    serve({});
    show(<Act verb="agree" whole={{ ...whole, needs_signature: true }} reload={async () => whole} onClose={vi.fn<() => void>()} />);
    expect(await screen.findByText('请先手写签名')).toBeTruthy();
    expect((screen.getByRole('button', { name: '同意' }) as HTMLButtonElement).disabled).toBe(true);
  });

  it('says why it goes back, and to whom', async () => {
    serve({ 'POST /applications/LW1/return': () => ({ id: 'LW1', version: 3, state: 'returned' }) });
    const passed = [{ step: 'supervisor', title: '主管审批', agreed: [li] }];
    show(<Act verb="return" whole={{ ...whole, passed }} reload={async () => whole} onClose={vi.fn<() => void>()} />);
    await userEvent.click(await screen.findByRole('radio', { name: '主管审批 · 李四' }));
    await userEvent.type(screen.getByLabelText('原因'), '请补依据');
    await userEvent.click(screen.getByRole('button', { name: '退回' }));
    await waitFor(() =>
      expect(called('POST', '/applications/LW1/return')).toEqual({ to: 'supervisor', straight: false, text: '请补依据' }),
    );
  });

  it('stands in the history with both names and what changed', async () => {
    // R0.17
    const line: Schema<'DecisionView'> = {
      seq: 1,
      at: '2026-08-31T10:00:00+08:00',
      verb: 'agree',
      verb_title: '同意',
      step: 'supervisor',
      step_title: '主管审批',
      by: { login: 'wang', name: '王五' },
      acting: li,
      text: '可以',
      to: [],
      to_step: null,
      changed: [{ field: 'cost', title: '涉及金额', before: 800_000, after: 750_001 }],
      signed: false,
    };
    show(<History whole={{ ...whole, history: [line] }} />);
    expect(await screen.findByText('王五（代李四）')).toBeTruthy();
    expect(screen.getByText('¥8,000.00')).toBeTruthy();
    expect(screen.getByText('¥7,500.01')).toBeTruthy();
  });
});

describe('a form', () => {
  const look = (form: Record<string, unknown>) => ({
    hidden: Number(form.cost ?? 0) > 100 ? [] : ['harm'],
    wrong: form.request ? [] : [{ field: 'request', why: '请求不能为空' }],
    way: Number(form.cost ?? 0) > 500_000 ? ['supervisor', 'leader'] : ['supervisor'],
    barred: null,
  });

  it('is not sent with mistakes, which stand at their fields', async () => {
    serve({ 'POST /flows/exception/look': ({ form }) => look(form as Record<string, unknown>) });
    show(<Fill flow={flow} title={flow.title} />);
    await userEvent.click(await screen.findByRole('button', { name: '提交' }));
    expect((await screen.findAllByText('请求不能为空')).length).toBe(2);
    expect(screen.getByLabelText(/^请求/).getAttribute('aria-invalid')).toBe('true');
    expect(called('POST', '/applications')).toBeUndefined();
  });

  it('shows the way it would go, asks for what the content makes necessary, and is sent in fen', async () => {
    // R8.35
    serve({
      'POST /flows/exception/look': ({ form }) => look(form as Record<string, unknown>),
      'POST /applications': () => ({ id: 'LW9', version: 1, state: 'draft' }),
      'POST /applications/LW9/submit': () => ({ id: 'LW9', version: 2, state: 'in_review' }),
    });
    show(<Fill flow={flow} title={flow.title} />);
    await userEvent.type(await screen.findByLabelText(/^请求/), '补发物料');
    expect(screen.queryByLabelText(/^损害说明/)).toBeNull();
    await userEvent.type(screen.getByLabelText(/^涉及金额/), '8,000.10');
    expect(await screen.findByText('领导审批')).toBeTruthy();
    await userEvent.type(await screen.findByLabelText(/^损害说明/), '无');
    await userEvent.click(screen.getByRole('button', { name: '提交' }));
    await waitFor(() => expect(called('POST', '/applications/LW9/submit')).toBeTruthy());
    expect(called('POST', '/applications')).toEqual({
      flow: 'exception',
      post: 'g1',
      form: { request: '补发物料', cost: 800_010, harm: '无' },
    });
  });
});
