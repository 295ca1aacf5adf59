// The steps of an order on the screen: what one may take, what goes together, why not.
import 'fake-indexeddb/auto';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { serve, show } from '@/testing/show';
import { drop } from './draft';
import TakePage from './TakePage';

const asked = {
  fact: null,
  identity: false,
  system: false,
  subscriber: true,
  card: false,
  task: false,
  slip: false,
  once: false,
  undo: null,
};
const product = { category: '', price: 0, plan_fee: 5900, sold: 'both', needs: [] as string[] };

const answers = {
  'GET /my/today': { day: '2026-08-31' },
  'GET /orders/counts': { states: [{ state: 'effective', title: '', orders: 4, amount: 20_000 }], orders: 4, amount: 20_000 },
  'GET /acceptance/definitions': {
    business: [
      { ...asked, id: 'recharge', title: '充值', lines: [] },
      { ...asked, id: 'activation', title: '开卡', lines: ['移动'], once: true },
      { ...asked, id: 'broadband_install', title: '宽带装机', lines: ['宽带'] },
      { ...asked, id: 'terminal_sale', title: '终端销售', lines: ['终端'], fact: 'terminal_sale' },
    ],
    levels: [
      {
        id: 'L3',
        rank: 3,
        title: '移动业务',
        certificate: true,
        cooperative: false,
        business: ['recharge', 'activation'],
        limits: [{ holder: 'clerk', per_order: 50_000, orders_per_day: 10, per_day: 100_000 }],
      },
    ],
  },
  'GET /orders/seller': {
    clerk: 'C001',
    clerk_name: '店员一',
    outlet: 'O1',
    outlet_name: '网点一',
    partner: 'P1',
    partner_name: '代理商一',
    level: 'L3',
    level_title: '移动业务',
    suspended: false,
    business: ['recharge', 'activation', 'terminal_sale'],
    problem: null,
  },
  'GET /orders/products': [
    { ...product, code: 'OLD', name: '旧卡', line: '移动', modes: ['3G'], main: true },
    { ...product, code: 'PHONE', name: '手机', line: '终端', modes: ['4G'], main: false },
  ],
  'POST /orders/quote': {
    offer: { fees: [{ title: '充值', amount: 60_000, monthly: 0 }], total: 60_000, terms: [], sha256: 'a' },
    network: '',
    allowed: false,
    problem: { code: 'acceptance.limit.order', text: '工号 C001 单笔上限为 ¥500.00；请由上级网点办理' },
  },
};

const permissions = ['order.read', 'order.take', 'income.read'];

const disabled = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name }).disabled;

beforeAll(() => startTexts(texts, ['phone', 'phoneOrders']));
beforeEach(() => drop('test'));
afterEach(() => vi.unstubAllGlobals());

describe('taking an order', () => {
  it('begins with what may be taken today, and what is left', async () => {
    // R1.9
    serve({ permissions, answers });
    show(TakePage, '/take');
    expect(await screen.findByText('今日还可办 6 笔（已办 4，限 10）')).toBeTruthy();
    expect(screen.getByText('今日还可办 ¥800.00（已办 ¥200.00，限 ¥1,000.00）')).toBeTruthy();
    const list = screen.getByRole('list', { name: '今天可以办理' });
    expect(within(list).queryByText('宽带装机')).toBeNull();
    expect(within(list).getByText('开卡')).toBeTruthy();
  });

  it('says why nothing can be taken', async () => {
    // R1.9
    const stopped = {
      ...answers['GET /orders/seller'],
      suspended: true,
      problem: { code: 'acceptance.suspended', text: '受理权限已暂停：违规' },
    };
    serve({ permissions, answers: { ...answers, 'GET /orders/seller': stopped } });
    show(TakePage, '/take');
    expect((await screen.findByRole('alert')).textContent).toBe('受理权限已暂停：违规');
    expect(screen.queryByRole('list', { name: '今天可以办理' })).toBeNull();
  });

  it('shows what it comes to, and why it is refused, while it is typed', async () => {
    // R6.12
    serve({ permissions, answers });
    show(TakePage, '/take');
    await userEvent.click(await screen.findByRole('button', { name: /充值/ }));
    expect(disabled('下一步')).toBe(true);
    await userEvent.type(screen.getByLabelText('用户号码'), '19900000100');
    await userEvent.type(screen.getByLabelText('金额（元）'), '600');
    expect(await screen.findByText(/单笔上限为 ¥500.00/)).toBeTruthy();
    expect(screen.getAllByText('¥600.00').length).toBeGreaterThan(0);
    expect(disabled('下一步')).toBe(true);
  });

  it('tells products that do not go together as they are chosen', async () => {
    // R4.23
    const calls = serve({ permissions, answers });
    show(TakePage, '/take');
    await userEvent.click(await screen.findByRole('button', { name: /开卡/ }));
    await userEvent.type(screen.getByLabelText('用户号码'), '19900000100');
    await userEvent.click(await screen.findByRole('button', { name: /旧卡/ }));
    await userEvent.click(screen.getByRole('button', { name: '加选产品' }));
    await userEvent.click(await screen.findByRole('button', { name: /手机/ }));
    expect(await screen.findByText(/网络制式不符，不能配对/)).toBeTruthy();
    await userEvent.type(screen.getByLabelText('终端串号'), '860000000000001');
    expect(screen.getByText('所选产品不能同办，请按上面的提示调整')).toBeTruthy();
    expect(calls.some((call) => (call.body as { items?: unknown[] } | undefined)?.items?.length === 2)).toBe(false);
  });
});
