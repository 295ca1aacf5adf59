// Calls on the phone: two taps note one with its minute, kept on the phone until it is sent; an appointment takes a few more.
import 'fake-indexeddb/auto';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { serve, show } from '@/testing/show';
import { change } from './box';
import CallsPage from './CallsPage';
import { tasksOf } from './tasks';

const pace = { target: 30, made: 29, reached: 20, met: false };
const day = {
  manager: 'test',
  manager_name: 'Test',
  day: '2026-08-31',
  daily: 30,
  today: pace,
  week: { target: 150, made: 29, reached: 20, met: false },
  days: [],
  calls_from: 540,
  calls_to: 720,
  visits_from: 720,
  visits_to: 1_020,
  appointments: [],
  candidates: [
    {
      code: 'O1',
      name: '网点一',
      last_on: null,
      contacts: [{ name: '王店主', post: '店主', power: '', attitude: '', needs: '', phone: '138****0001' }],
    },
    { code: 'O2', name: '网点二', last_on: '2026-08-20', contacts: [] },
  ],
  visits: [{ code: 'O3', name: '网点三' }],
  may_note: true,
};

beforeAll(() => startTexts(texts, ['phone', 'phoneField', 'phoneCalls']));
beforeEach(async () => {
  HTMLDialogElement.prototype.showModal = function open() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
  await change(async (tx) => ['task', 'keep'].forEach((kind) => tx.clear(kind)));
  serve({ permissions: ['visit.make', 'visit.read'], answers: { 'GET /field/calls/day': day } });
  queries.setQueryData(['me'], { login: 'test', name: 'Test', permissions: ['visit.make'], roles: [], today: '2026-08-31' });
});
afterEach(() => vi.unstubAllGlobals());

const calls = async () => (await tasksOf('test')).map((task) => (task.wish.kind === 'call' ? task.wish.call : undefined));

describe('calls', () => {
  it('are noted in two taps and count before they are sent', async () => {
    // R7.86 R8.130 S6
    show(CallsPage, '/field/calls');
    expect(await screen.findByText('今日 29 / 30 个电话')).toBeTruthy();
    expect(screen.getByText('下午拜访 12:00–17:00')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: /网点一 王店主/ }));
    await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: '回访，经营正常' }));
    expect(await screen.findByText('今日 30 / 30 个电话')).toBeTruthy();
    expect(screen.getByText('已达标')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /网点一/ })).toBeNull();
    expect(await calls()).toMatchObject([{ outlet: 'O1', name: '王店主', outcome: 'reached', minute: '回访，经营正常', meet_on: null }]);
  });

  it('may end with an appointment, which has a minute', async () => {
    // R8.130
    show(CallsPage, '/field/calls');
    await userEvent.click(await screen.findByRole('button', { name: /网点二 店主/ }));
    const sheet = within(await screen.findByRole('dialog'));
    await userEvent.click(sheet.getByRole('button', { name: '写纪要或预约' }));
    expect(sheet.getByRole<HTMLButtonElement>('button', { name: '保存' }).disabled).toBe(true);
    await userEvent.type(sheet.getByLabelText('纪要'), '明天到店补样机');
    await userEvent.click(sheet.getByRole('button', { name: '明天' }));
    await userEvent.click(sheet.getByRole('button', { name: '保存' }));
    await waitFor(async () => expect(await calls()).toMatchObject([{ outlet: 'O2', minute: '明天到店补样机', meet_on: '2026-09-01' }]));
  });
});
