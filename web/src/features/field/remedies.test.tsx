// A weekly review: a line with a gap and an outlet that was not visited become tasks, and tasks are closed.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import SummaryPage from './SummaryPage';

beforeAll(() => startTexts(texts, ['field']));
afterEach(() => vi.unstubAllGlobals());

const remedy = {
  id: '0123456789abcdef0123',
  version: 3,
  manager: 'channel',
  outlet: '',
  outlet_name: '',
  from: '2026-08-24',
  to: '2026-08-30',
  line: 'promises',
  text: '补齐逾期承诺',
  due_on: '2026-09-06',
  state: 'open',
  overdue: false,
  made_by: 'supervisor',
  closed_on: null,
  reason: '',
};

const summary = {
  manager: 'channel',
  manager_name: '渠道经理一',
  from: '2026-08-24',
  to: '2026-08-30',
  lines: [
    { code: 'visits', name: '计划内拜访网点', plan: 20, result: 15, gap: 5, share: 7_500 },
    { code: 'outlets', name: '覆盖网点', plan: 10, result: 10, gap: 0, share: 10_000 },
    { code: 'promises', name: '按期兑现的承诺', plan: 4, result: 3, gap: 1, share: 7_500 },
  ],
  visits: { counted: 15, held: 0, open: 0 },
  adherence: {
    planned: 20,
    kept: 15,
    made: 15,
    made_as_planned: 15,
    in_order: 10,
    plan_share: 7_500,
    call_share: 10_000,
    route_share: 6_667,
  },
  strike: { visits: 15, with_result: 6, share: 4_000 },
  minutes: { inside: 450, between: 120, work: 600 },
  promises: { due: 4, in_time: 3, late: 0, broken: 1, share: 7_500 },
  unsent: [],
  unvisited: [
    { code: 'W1', name: '网点一' },
    { code: 'W2', name: '网点二' },
  ],
  put_off: 0,
  remedies: [remedy],
  may_remedy: true,
};

const at = (answers: Parameters<typeof serve>[0]['answers']) => {
  const permissions = ['visit.read', 'visit.make'];
  const me = { login: 'channel', name: '渠道经理一', permissions, roles: [], today: '2026-08-30' };
  const calls = serve({ permissions, answers: { 'GET /me': me, ...answers } });
  queries.setQueryData(['me'], me);
  show(SummaryPage, '/field/summary?from=2026-08-24&to=2026-08-30', '/field/summary');
  return calls;
};

const user = userEvent.setup();

describe('a review', () => {
  it('makes a task of a gap, due by the end of the time after it', async () => {
    // R2.14
    const calls = at({ 'GET /field/summary': summary, 'POST /field/remedies': remedy });
    await user.click(await screen.findByRole('button', { name: '计划内拜访网点转为任务' }));
    const drawer = within(await screen.findByRole('dialog'));
    expect(drawer.getByLabelText<HTMLTextAreaElement>('任务').value).toBe('计划内拜访网点差 5，下期补上');
    await user.click(drawer.getByRole('button', { name: '转为任务' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /field/remedies')?.body).toEqual({
        manager: 'channel',
        from: '2026-08-24',
        to: '2026-08-30',
        line: 'visits',
        outlet: null,
        text: '计划内拜访网点差 5，下期补上',
        due_on: '2026-09-06',
      }),
    );
  });

  it('offers it where something is missing that is no task yet, to who may', async () => {
    // R2.14
    at({ 'GET /field/summary': summary });
    expect(await screen.findByText('已转为任务 · 进行中')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '覆盖网点转为任务' })).toBeNull();
    expect(screen.queryByRole('button', { name: '按期兑现的承诺转为任务' })).toBeNull();
  });

  it('shows tasks without their buttons to who only reads', async () => {
    // R2.14
    at({ 'GET /field/summary': { ...summary, may_remedy: false } });
    expect(await screen.findByText('补齐逾期承诺')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /转为任务/ })).toBeNull();
    expect(screen.queryByRole('button', { name: /办结任务/ })).toBeNull();
  });

  it('closes a task with a reason where it is let go, at the version that was seen', async () => {
    // R2.14
    const calls = at({ 'GET /field/summary': summary, [`POST /field/remedies/${remedy.id}/close`]: { version: 4 } });
    await user.click(await screen.findByRole('button', { name: '办结任务 补齐逾期承诺' }));
    const drawer = within(await screen.findByRole('dialog'));
    await user.click(drawer.getByRole('radio', { name: '已取消' }));
    await user.click(drawer.getByRole('button', { name: '办结任务' }));
    expect(await drawer.findByText('至少 2 个字')).toBeTruthy();
    await user.type(drawer.getByLabelText('原因'), '网点已关闭');
    await user.click(drawer.getByRole('button', { name: '办结任务' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path.endsWith('/close'))).toMatchObject({
        match: '"3"',
        body: { to: 'dropped', reason: '网点已关闭' },
      }),
    );
  });
});
