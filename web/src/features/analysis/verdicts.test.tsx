// What is proposed for an outlet by its grade, the tasks of an improvement, and the way out of one that is eliminated.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import { proposed, verdictOf } from './verdict';
import VerdictPage from './VerdictPage';
import VerdictsPage from './VerdictsPage';

beforeAll(() => startTexts(texts, ['verdicts']));
afterEach(() => vi.unstubAllGlobals());

const head = {
  id: 'FJ1',
  version: 2,
  outlet: {
    code: 'O1',
    name: '网点一',
    owner: 'P1',
    owner_name: '代理商一',
    territory: '421102',
    territory_name: '某区',
    channel: '社会渠道',
    channel_name: '社会渠道',
  },
  verdict: 'improve',
  stage: 'improving',
  proposal: 'improve_sales',
  first_month: '2026-06',
  last_month: '2026-08',
  credit_tenths: 860,
  rank: 19,
  of: 24,
  owner: 'channel',
  reason: '信誉好，销售名次靠后',
  decided_on: '2026-09-01',
  until: '2026-12-01',
  waits: false,
  ended_on: null,
  ended_by: '',
  ended_words: '',
};

const task = { seq: 1, words: '更换店员并补训', due_on: '2026-10-15', done_on: null, done_by: '', note: '', late: true };
const may = { done: true, recheck: true, close: false };

describe('a verdict', () => {
  it('is proposed as grading says, with what it takes', () => {
    // R7.114
    expect(['keep', 'improve_sales', 'improve_credit', 'eliminate', 'new'].map(verdictOf)).toEqual([
      'keep',
      'improve',
      'improve',
      'eliminate',
      'keep',
    ]);
    const values = { verdict: 'eliminate' as const, reason: '两期均差', recheck_on: '2026-12-01', last_day: '2026-11-30', tasks: [] };
    expect(proposed(values, '2026-08', '3')).toEqual({
      month: '2026-08',
      months: 3,
      verdict: 'eliminate',
      reason: '两期均差',
      recheck_on: null,
      last_day: '2026-11-30',
      tasks: [],
    });
  });

  it('is listed with what came of it', async () => {
    // R7.114
    serve({
      permissions: ['grading.read'],
      answers: { 'GET /outlet-verdicts': { items: [{ ...head, waits: true }], next: null, total: 1 } },
    });
    show(VerdictsPage, '/analysis/verdicts');
    expect(await screen.findByText('FJ1')).toBeTruthy();
    expect(await screen.findByText('已到期')).toBeTruthy();
  });

  it('has tasks that are done on the version that was seen', async () => {
    // R7.114
    const answers = {
      'GET /outlet-verdicts/FJ1': { head, tasks: [task], balances: [], exits: false, may },
      'POST /outlet-verdicts/FJ1/tasks/1': { version: 3 },
    };
    const calls = serve({ permissions: ['grading.read', 'partner.manage'], answers });
    show(VerdictPage, '/analysis/verdicts/FJ1', '/analysis/verdicts/$id');
    await userEvent.click(await screen.findByRole('button', { name: '办结任务' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('办理情况'), '已换两人');
    await userEvent.click(within(drawer).getByRole('button', { name: '办结任务' }));
    await waitFor(() => expect(calls.find((call) => call.path === 'POST /outlet-verdicts/FJ1/tasks/1')?.match).toBe('"2"'));
  });

  it('of elimination names what is left at the outlet and the exit of its partner', async () => {
    // R7.114, R8.41
    const balances = [
      { name: 'stock', title: '未收回的卡号与终端', left: [{ amount: 1, money: false, what: '8986001' }] },
      { name: 'terminals', title: '未收回的空充机', left: [] },
    ];
    const cleared = { ...head, verdict: 'eliminate', stage: 'clearing' };
    const answers = {
      'GET /outlet-verdicts/FJ1': { head: cleared, tasks: [], balances, exits: true, may: { done: false, recheck: false, close: true } },
    };
    serve({ permissions: ['grading.read', 'partner.exit'], answers });
    show(VerdictPage, '/analysis/verdicts/FJ1', '/analysis/verdicts/$id');
    expect(await screen.findByText('8986001')).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('FJ1');
    expect(screen.getByRole('button', { name: '关闭网点' })).toBeTruthy();
  });
});
