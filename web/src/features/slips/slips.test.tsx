// Slips: checked together, and what is missing.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import SlipsPage from './SlipsPage';

beforeAll(() => startTexts(texts, ['slips']));
afterEach(() => vi.unstubAllGlobals());

const slip = (order: string, state: string, version: number) => ({
  order,
  version,
  state,
  state_title: state,
  due_on: '2026-08-20',
  first_on: null,
  returned_on: null,
  checked_on: null,
  reason: '',
  outlet: 'O1',
  outlet_name: '网点一',
  partner: 'P1',
  partner_name: '代理商一',
  clerk: 'C001',
  overdue_days: 11,
  holds: true,
});

const answers = {
  'GET /slips': { items: [slip('OD1', 'returned', 2), slip('OD2', 'returned', 5), slip('OD3', 'due', 1)], next: null, total: 3 },
  'GET /slips/counts': { states: [{ state: 'returned', title: '', slips: 2 }], due: 3, in_time: 1, on_time_ppm: 333_333, holding: 3 },
  'GET /slips/missing': [
    {
      outlet: 'O1',
      outlet_name: '网点一',
      partner: 'P1',
      partner_name: '代理商一',
      overdue_1_3: 1,
      overdue_4_7: 2,
      overdue_8_30: 3,
      overdue_longer: 0,
      total: 6,
      oldest: '2026-08-01',
    },
  ],
  'POST /slips/OD1/approve': { version: 3 },
  'POST /slips/OD2/approve': { version: 6 },
};

describe('slips', () => {
  it('are found right together, each at the version that was seen', async () => {
    // R7.3
    const calls = serve({ permissions: ['order.read', 'slip.handle'], answers });
    show(SlipsPage, '/slips');
    for (const order of ['OD1', 'OD2', 'OD3']) await userEvent.click(await screen.findByRole('checkbox', { name: order }));
    const bar = () => within(document.querySelector<HTMLElement>('.list-tools.batch')!);
    expect(bar().getByRole<HTMLButtonElement>('button', { name: '合格' }).disabled).toBe(true);
    await userEvent.click(screen.getByRole('checkbox', { name: 'OD3' }));
    await userEvent.click(bar().getByRole('button', { name: '合格' }));
    const drawer = await screen.findByRole('dialog');
    expect(within(drawer).getByText(/共 2 份回单/)).toBeTruthy();
    await userEvent.click(within(drawer).getByRole('button', { name: '合格' }));
    expect(await screen.findByText('已处理 2 份，未处理 0 份')).toBeTruthy();
    await waitFor(() =>
      expect(calls.filter((call) => call.path.startsWith('POST')).map(({ path, match }) => [path, match])).toEqual([
        ['POST /slips/OD1/approve', '"2"'],
        ['POST /slips/OD2/approve', '"5"'],
      ]),
    );
  });

  it('that are missing are summed by age and open as a list', async () => {
    // R7.3
    serve({ permissions: ['order.read'], answers });
    const history = show(SlipsPage, '/slips?tab=missing');
    await userEvent.click(await screen.findByRole('button', { name: /网点一/ }));
    await waitFor(() => expect(history.location.search).toBe('?outlet=O1&holding=true'));
  });
});
