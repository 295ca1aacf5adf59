// A weekly review on the phone: a gap becomes a task, and a task is closed.
import 'fake-indexeddb/auto';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { serve, show } from '@/testing/show';
import ReviewPage from './ReviewPage';

const user = userEvent.setup();

beforeAll(() => startTexts(texts, ['phone', 'phoneField']));
afterEach(() => vi.unstubAllGlobals());

const remedy = {
  id: '0123456789abcdef0123',
  version: 1,
  manager: 'test',
  outlet: 'W1',
  outlet_name: '网点一',
  from: '2026-08-10',
  to: '2026-08-16',
  line: 'unvisited',
  text: '补拜访 网点一',
  due_on: '2026-08-23',
  state: 'open',
  overdue: true,
  made_by: 'supervisor',
  closed_on: null,
  reason: '',
};

const summary = {
  manager: 'test',
  from: '2026-08-25',
  to: '2026-08-31',
  lines: [
    { code: 'visits', name: '计划内拜访网点', plan: 20, result: 15, gap: 5, share: 7_500 },
    { code: 'outlets', name: '覆盖网点', plan: 10, result: 10, gap: 0, share: 10_000 },
  ],
  remedies: [remedy],
  may_remedy: true,
};

const open = () => {
  const calls = serve({
    permissions: [],
    answers: {
      'GET /field/summary': summary,
      'GET /field/remedies': { rows: [remedy] },
      'POST /field/remedies': { ...remedy, line: 'visits' },
      [`POST /field/remedies/${remedy.id}/close`]: { version: 2 },
    },
  });
  queries.setQueryData(['me'], { login: 'test', name: 'Test', permissions: ['visit.make', 'visit.read'], roles: [], today: '2026-08-31' });
  show(ReviewPage, '/field/review');
  return calls;
};

describe('a review on the phone', () => {
  it('makes a task of a gap', async () => {
    // R2.14
    const calls = open();
    const buttons = await screen.findAllByRole('button', { name: '转为任务' });
    expect(buttons).toHaveLength(1);
    await user.click(buttons[0]!);
    const sheet = within(await screen.findByRole('dialog'));
    expect(sheet.getByLabelText<HTMLInputElement>('到期日').value).toBe('2026-09-07');
    await user.click(sheet.getByRole('button', { name: '转为任务' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /field/remedies')?.body).toEqual({
        manager: 'test',
        from: '2026-08-25',
        to: '2026-08-31',
        line: 'visits',
        text: '计划内拜访网点差 5，下期补上',
        due_on: '2026-09-07',
      }),
    );
  });

  it('lists what is open with its day, and closes it', async () => {
    // R2.14
    const calls = open();
    await user.click(await screen.findByRole('button', { name: /补拜访 网点一 已过期/ }));
    const sheet = within(await screen.findByRole('dialog'));
    expect(sheet.getByRole<HTMLButtonElement>('button', { name: '取消任务' }).disabled).toBe(true);
    await user.click(sheet.getByRole('button', { name: '已完成' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path.endsWith('/close'))).toMatchObject({ match: '"1"', body: { to: 'done', reason: '' } }),
    );
  });
});
