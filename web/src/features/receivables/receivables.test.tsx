// What is owed by age, a collection with named parts, and an offset its maker cannot approve.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import AccountPage from './AccountPage';
import { buckets } from './data';
import OffsetsPage from './OffsetsPage';

beforeAll(() => startTexts(texts, ['receivables']));
afterEach(() => vi.unstubAllGlobals());

const account = {
  partner: 'P1',
  name: '代理商一',
  invoiced: 300_000,
  adjusted: 0,
  collected: 0,
  balance: 300_000,
  ages: [100_000, 0, 0, 200_000],
  overdue: 200_000,
  overdue_days: 90,
  oldest_due: '2026-06-02',
  credit: 0,
  deposits: 0,
  stopped: true,
};

const invoice = (id: string, open: number, overdue_days: number) => ({
  id,
  version: 1,
  kind: 'goods',
  amount: open,
  adjusted: 0,
  collected: 0,
  held: 0,
  open,
  issued_on: '2026-05-03',
  due_on: '2026-06-02',
  note: '',
  overdue_days,
  bucket: 3,
});

const whole = {
  account,
  steps: [30, 60, 90],
  stop_days: 15,
  invoices: [invoice('YS1', 200_000, 90), invoice('YS2', 100_000, 0)],
  collections: [],
  deposits: [],
  deposit_movements: [],
  offsets: [],
};

const offset = {
  id: 'DK1',
  version: 1,
  partner: 'P1',
  partner_name: '代理商一',
  source: 'commission',
  invoice: 'YS1',
  amount: 5_000,
  taken: 0,
  ground: 'clause',
  document: '第 9 条',
  reason: '逾期',
  state: 'submitted',
  month: null,
  made_by: 'a',
  made_at: '2026-08-31T10:00:00+08:00',
  decided_by: null,
  decision: null,
  is_maker: true,
};

describe('ageing', () => {
  it('names the four buckets of the steps', () => {
    // R7.4
    expect(buckets([30, 60, 90])).toEqual(['0–30', '31–60', '61–90', '>90']);
    expect(buckets([15, 45, 120])).toEqual(['0–15', '16–45', '46–120', '>120']);
  });
});

describe('an account', () => {
  it('says why it is stopped and takes a collection for the invoices that are named', async () => {
    // R7.4
    const answers = { 'GET /receivables/P1': whole, 'POST /collections': { id: 'SK1', parts: [], credit: 0 } };
    const calls = serve({ permissions: ['receivable.read', 'receivable.manage'], answers });
    show(AccountPage, '/receivables/P1', '/receivables/$partner');
    expect(await screen.findByText(/已停供/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '登记收款' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('金额（元）'), '500');
    const day = within(drawer).getByLabelText('收款日期');
    await userEvent.clear(day);
    await userEvent.type(day, '2026-08-31');
    await userEvent.click(within(drawer).getByText('指定应收单'));
    await userEvent.type(await within(drawer).findByLabelText(/YS2/), '500');
    await userEvent.click(within(drawer).getByRole('button', { name: '登记收款' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /collections')?.body).toMatchObject({
        partner: 'P1',
        amount: 50_000,
        received_on: '2026-08-31',
        parts: [{ invoice: 'YS2', amount: 50_000 }],
      }),
    );
  });
});

describe('offsets', () => {
  it('are not approved by whoever proposed them', async () => {
    // R0.32
    const rows = [offset, { ...offset, id: 'DK2', is_maker: false }];
    serve({ permissions: ['receivable.read', 'receivable.approve'], answers: { 'GET /offsets': { items: rows, next: null, total: 2 } } });
    show(OffsetsPage, '/offsets');
    const [own, other] = await screen.findAllByRole<HTMLButtonElement>('button', { name: '批准' });
    expect(own!.disabled).toBe(true);
    expect(other!.disabled).toBe(false);
  });
});
