// The flow editor: a step is changed in the form and kept as a text, what is wrong is told, and somebody else approves.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import DesignPage from './DesignPage';
import DraftPage from './DraftPage';
import { freeId, moved, newField, newStep, ruleOf, wayOf, type Check, type Doc, type Draft } from './labels';
import { pathAlong } from './TryOut';

beforeAll(() => startTexts(texts, ['flowDesign', 'flows']));
afterEach(() => vi.unstubAllGlobals());

const doc: Doc = {
  id: 'rent_help',
  version: 1,
  zh: '房租帮扶',
  en: 'Rent help',
  about_zh: '帮扶',
  about_en: 'Help',
  group: 'money',
  number: 'FB',
  starters: ['channel_manager'],
  subject: null,
  unique: [],
  unique_days: null,
  skip_repeats: true,
  expires_days: null,
  budget: null,
  field: [{ ...newField('amount'), zh: '金额', en: 'Amount', kind: 'money', required: true }],
  step: [
    { ...newStep('supervisor'), zh: '主管审核', en: 'Supervisor', approvers: [ruleOf('role', 'supervisor')], due_days: 2 },
    { ...newStep('leader'), zh: '领导审批', en: 'Leader', approvers: [ruleOf('role', 'leader')], when: 'amount > 100元' },
  ],
  bar: [],
  effect: null,
  example: [{ zh: '小额', en: 'Small', form: { amount: 100 }, path: ['supervisor'], barred: false }],
};
const check: Check = {
  publishable: true,
  blocked: null,
  findings: [],
  examples: [{ title: '小额', wanted: ['supervisor'], got: ['supervisor'], way: ['supervisor'], barred: false, holds: true, wrong: [] }],
  document: doc,
};
const draft: Draft = {
  head: {
    id: 'flow_1',
    flow: 'rent_help',
    flow_version: 1,
    title: '房租帮扶',
    state: 'draft',
    author: 'system',
    version: 3,
    changed_at: '2026-08-31T10:00:00+08:00',
    changed_by: 'system',
    submitted_by: null,
    decided_by: null,
    retire_by: null,
  },
  text: 'id = "rent_help"\n',
  base: null,
  base_text: '',
  hash: null,
  cannot_approve: null,
  may_write: true,
  notes: [],
  check,
};
const words = {
  roles: [
    { id: 'supervisor', title: '渠道主管', starts: true, decides: true },
    { id: 'leader', title: '领导', starts: true, decides: true },
  ],
  effects: [],
  groups: ['money'],
};
const flow = {
  flow: 'subsidy',
  title: '补贴申请',
  about: '补贴',
  group: 'money',
  number: 'BT',
  version: 1,
  own: false,
  shipped: 1,
  steps: 4,
  effect: null,
};

const SLOW = { timeout: 4000 };

describe('the list', () => {
  it('shows flows in use and those designed here, and begins the next version of one', async () => {
    // R8.35
    const answers = {
      'GET /flow-definitions': [flow],
      'GET /flow-drafts': [{ ...draft.head, state: 'in_review' }],
      'POST /flow-drafts': draft,
    };
    const calls = serve({ permissions: ['flow.define'], answers });
    show(DesignPage, '/flow-design?state=in_review');
    expect(await screen.findByText('补贴申请')).toBeTruthy();
    expect((await screen.findAllByText('审批中')).length).toBeGreaterThan(0);
    expect(calls.find((one) => one.path === 'GET /flow-drafts')?.search).toBe('?state=in_review');
    await userEvent.click(screen.getByRole('button', { name: '修改补贴申请' }));
    await waitFor(() =>
      expect(calls.find((one) => one.path === 'POST /flow-drafts')?.body).toEqual({ text: '', flow: 'subsidy', version: 1 }),
    );
  });

  it('says how the first one comes to be, and begins nothing for who may not', async () => {
    // R8.35
    serve({ permissions: ['flow.publish'], answers: { 'GET /flow-definitions': [flow], 'GET /flow-drafts': [] } });
    show(DesignPage, '/flow-design');
    expect(await screen.findByText('还没有设计过流程')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '新建流程' }).disabled).toBe(true);
    expect(screen.queryByRole('button', { name: '修改补贴申请' })).toBeNull();
  });
});

describe('a draft', () => {
  it('is changed in its form, kept as a text, and told what is wrong with it', async () => {
    // R8.35: form and text are two views of one definition
    const wrong = {
      ...check,
      publishable: false,
      blocked: '流程有 1 处问题',
      findings: [{ place: 'step.leader', code: 'days', message: '期限须为 1 至 365 个工作日', line: 7, start: 0, end: 5 }],
    };
    const answers = {
      'GET /flow-drafts/flow_1': draft,
      'GET /flow-words': words,
      'POST /flow-definitions/write': { text: 'id = "rent_help" # written\n' },
      'POST /flow-definitions/check': wrong,
      'PUT /flow-drafts/flow_1': { ...draft.head, version: 4 },
    };
    const calls = serve({ permissions: ['flow.define'], answers });
    show(DraftPage, '/flow-drafts/flow_1', '/flow-drafts/$id');
    const step = await screen.findByRole('group', { name: '环节 1 主管审核' });
    const days = within(step).getByLabelText('期限（工作日）');
    // In one go: what the checker tells in between would stand in the field again.
    fireEvent.change(days, { target: { value: '5' } });
    await waitFor(() => expect(calls.some((one) => one.path === 'PUT /flow-drafts/flow_1')).toBe(true), SLOW);
    const written = calls.findLast((one) => one.path === 'POST /flow-definitions/write')?.body as { document: Doc; before: string };
    expect(written.document.step[0]?.due_days).toBe(5);
    expect(written.document.step[1]).toEqual(doc.step[1]);
    const put = calls.findLast((one) => one.path === 'PUT /flow-drafts/flow_1');
    expect([put?.match, put?.body]).toEqual(['"3"', { text: 'id = "rent_help" # written\n' }]);
    expect((await screen.findAllByText('期限须为 1 至 365 个工作日')).length).toBeGreaterThan(0);
    expect(await screen.findByText('第 7 行')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '提交审批' }).disabled).toBe(true);
    // Steps change places by the keyboard too.
    await userEvent.click(screen.getByRole('button', { name: '第 1 行下移' }));
    expect(await screen.findByRole('group', { name: '环节 1 领导审批' })).toBeTruthy();
  }, 15_000);

  it('is tried with what is typed, and shows the steps that come', async () => {
    // R8.35
    const tried = {
      hidden: [],
      wrong: [],
      way: [{ step: 'supervisor', title: '主管审核', kind: 'approve', who: ['渠道主管'], due_days: 2 }],
      barred: null,
    };
    const answers = { 'GET /flow-drafts/flow_1': draft, 'GET /flow-words': words, 'POST /flow-definitions/try': tried };
    const calls = serve({ permissions: ['flow.define'], answers });
    show(DraftPage, '/flow-drafts/flow_1?tab=try', '/flow-drafts/$id');
    await userEvent.type(await screen.findByLabelText('金额（必填）'), '80');
    await userEvent.click(screen.getByRole('button', { name: '试运行' }));
    const outcome = await screen.findByRole('region', { name: '试运行结果' });
    expect(within(outcome).getByText('不经过', { exact: false })).toBeTruthy();
    expect(calls.find((one) => one.path === 'POST /flow-definitions/try')?.body).toEqual({ text: draft.text, form: { amount: 8_000 } });
  });

  it('is approved by somebody else, who names the text they saw', async () => {
    // R8.35
    const sent = { ...draft, head: { ...draft.head, state: 'in_review', submitted_by: 'system' }, hash: 'abc', may_write: false };
    const answers = {
      'GET /flow-drafts/flow_1': sent,
      'GET /flow-words': words,
      'POST /flow-drafts/flow_1/approve': { ...sent, head: { ...sent.head, state: 'published', version: 4 } },
    };
    const calls = serve({ permissions: ['flow.publish'], answers });
    show(DraftPage, '/flow-drafts/flow_1', '/flow-drafts/$id');
    await userEvent.click(await screen.findByRole('button', { name: '批准并启用' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('button', { name: '批准并启用' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /flow-drafts/flow_1/approve');
      expect([call?.match, call?.body]).toEqual(['"3"', { note: '', hash: 'abc' }]);
    });
    expect((await screen.findAllByText('使用中')).length).toBeGreaterThan(0);
  });

  it('tells whoever wrote it that somebody else has to approve', async () => {
    // R8.35
    const sent = { ...draft, head: { ...draft.head, state: 'in_review' }, may_write: false, cannot_approve: '写过这份流程的人不能批准它' };
    serve({ permissions: ['flow.define', 'flow.publish'], answers: { 'GET /flow-drafts/flow_1': sent, 'GET /flow-words': words } });
    show(DraftPage, '/flow-drafts/flow_1', '/flow-drafts/$id');
    const button = await screen.findByRole<HTMLButtonElement>('button', { name: '批准并启用' });
    expect([button.disabled, button.title]).toEqual([true, '写过这份流程的人不能批准它']);
  });
});

describe('a document', () => {
  it('keeps its lists in order and its rules whole', () => {
    // R8.35
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
    expect(freeId('step', [{ id: 'step2' }])).toBe('step3');
    expect(wayOf(ruleOf('starter', ''))).toEqual(['starter', '']);
    expect(wayOf(ruleOf('chosen', 'boss'))).toEqual(['chosen', 'boss']);
    expect(wayOf(ruleOf('person', ''))).toEqual(['person', '']);
    const all = { ...newStep('two'), kind: 'all', approvers: [ruleOf('role', 'leader'), ruleOf('superiors', 'leader')] };
    const told = { ...newStep('told'), kind: 'notify' };
    expect(pathAlong({ ...doc, step: [...doc.step, all, told] }, ['supervisor', 'two', 'told'])).toEqual(['supervisor', 'leader+..leader']);
  });
});
