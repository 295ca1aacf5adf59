// Levels: who holds which, what they allow, suspending at once.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import AcceptancePage from './AcceptancePage';

beforeAll(() => startTexts(texts, ['acceptance']));
afterEach(() => vi.unstubAllGlobals());

const row = {
  holder: 'clerk',
  code: 'C001',
  name: '店员一',
  version: 3,
  territory: '360902',
  territory_name: '袁州区',
  partner: 'P1',
  partner_name: '代理商一',
  outlet: 'O1',
  outlet_name: '网点一',
  level: 'L3',
  level_title: '移动业务',
  rank: 3,
  certificate: 'ZS1',
  certificate_to: null,
  from: '2026-06-01',
  to: null,
  suspended_at: null,
  suspended_by: null,
  suspended_reason: null,
};

const needs = {
  fact: null,
  lines: [],
  identity: false,
  system: false,
  subscriber: true,
  card: false,
  task: false,
  slip: false,
  once: false,
  undo: null,
};
const answers = {
  'GET /acceptance/holders': { items: [row], next: null, total: 1 },
  'GET /acceptance/definitions': {
    business: [{ id: 'recharge', title: '充值', ...needs }],
    levels: [
      {
        id: 'L3',
        rank: 3,
        title: '移动业务',
        certificate: true,
        cooperative: false,
        business: ['recharge'],
        limits: [{ holder: 'clerk', per_order: 1_000_000, orders_per_day: 100, per_day: null }],
      },
    ],
  },
  'POST /acceptance/holders/clerk/C001/suspend': { version: 4 },
};

describe('acceptance levels', () => {
  it('suspend a work ID at once, with the consequence said and a reason asked', async () => {
    // R1.9
    const calls = serve({ permissions: ['acceptance.read', 'acceptance.manage'], answers });
    show(AcceptancePage, '/acceptance');
    await userEvent.click(await screen.findByRole('button', { name: '暂停' }));
    const drawer = await screen.findByRole('dialog');
    expect(within(drawer).getByText(/立即生效：该工号不能再受理/)).toBeTruthy();
    await userEvent.click(within(drawer).getByRole('button', { name: '暂停' }));
    expect(await within(drawer).findByText('请填写原因，至少 2 个字')).toBeTruthy();
    await userEvent.type(within(drawer).getByLabelText('原因'), '违规受理');
    await userEvent.click(within(drawer).getByRole('button', { name: '暂停' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path.startsWith('POST'))).toMatchObject({
        path: 'POST /acceptance/holders/clerk/C001/suspend',
        match: '"3"',
        body: { reason: '违规受理' },
      }),
    );
  });

  it('are changed by nobody who may only look', async () => {
    serve({ permissions: ['acceptance.read'], answers });
    show(AcceptancePage, '/acceptance');
    expect(await screen.findByText('L3 移动业务')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '暂停' })).toBeNull();
    expect(screen.queryByRole('button', { name: '为其他对象授予级别' })).toBeNull();
  });

  it('are told in a table with their limits', async () => {
    // R1.9
    serve({ permissions: ['acceptance.read'], answers });
    show(AcceptancePage, '/acceptance?tab=levels');
    expect(await screen.findByText('¥10,000.00')).toBeTruthy();
    expect(screen.getByText('不限')).toBeTruthy();
  });

  it('say that nobody is near a limit', async () => {
    // R1.36
    serve({ permissions: ['acceptance.read'], answers: { ...answers, 'GET /acceptance/near-limits': [] } });
    show(AcceptancePage, '/acceptance?tab=near');
    expect(await screen.findByText('没有接近限额的对象')).toBeTruthy();
  });
});
