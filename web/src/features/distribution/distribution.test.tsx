// A proposal whose quantity is changed before it is sent, and a risk that is settled.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import ProposalPage from './ProposalPage';
import RisksPage from './RisksPage';

beforeAll(() => startTexts(texts, ['distribution']));
afterEach(() => vi.unstubAllGlobals());

const permissions = ['distribution.read', 'distribution.manage'];

describe('a proposal', () => {
  it('says why, and is sent as it was changed', async () => {
    // R7.121 R7.125
    const line = { product: 'T001', product_name: '松果 M1', quantity: 15, price: 42_000, amount: 630_000, reason: '近 4 周销 28 台' };
    const proposal = {
      outlet: 'O1',
      outlet_name: '网点一',
      kind: 'replenishment',
      lines: [line],
      pieces: 15,
      amount: 630_000,
      uncounted: ['山雀 S3'],
    };
    const answers = { 'GET /distribution/outlets/O1/proposal': proposal, 'POST /distribution/orders': { id: 'DH1' } };
    const calls = serve({ permissions, answers });
    show(ProposalPage, '/distribution/outlets/O1/proposal', '/distribution/outlets/$code/proposal');
    expect(await screen.findByText('近 4 周销 28 台')).toBeTruthy();
    expect(screen.getByText(/山雀 S3/)).toBeTruthy();
    const box = screen.getByRole('spinbutton');
    await userEvent.clear(box);
    await userEvent.type(box, '10');
    await userEvent.click(screen.getByRole('button', { name: '发送订货单' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /distribution/orders')?.body).toEqual({
        outlet: 'O1',
        kind: 'replenishment',
        lines: [{ product: 'T001', quantity: 10, reason: '近 4 周销 28 台' }],
      }),
    );
  });
});

describe('a risk', () => {
  it('is settled with what was done', async () => {
    // R7.120
    const risk = {
      id: 'FX1',
      version: 2,
      outlet: 'O1',
      outlet_name: '网点一',
      product: 'T001',
      product_name: '松果 M1',
      cause: 'stock',
      figure: 3,
      least: 7,
      state: 'open',
      owner: 'channel',
      opened_on: '2026-08-01',
      due_on: '2026-08-08',
      late: false,
      closed_by: '',
      closed_on: null,
      note: '',
    };
    const answers = {
      'GET /distribution/risks': { items: [risk], next: null, total: 1 },
      'POST /distribution/risks/FX1/settle': { version: 3 },
    };
    const calls = serve({ permissions, answers });
    show(RisksPage, '/distribution/risks');
    expect(await screen.findByText('可销 3 天，需 7 天')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: '处理' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('处理情况'), '已补货 15 台');
    await userEvent.click(within(drawer).getByRole('button', { name: '处理' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /distribution/risks/FX1/settle');
      expect(call?.body).toEqual({ note: '已补货 15 台' });
      expect(call?.match).toBe('"2"');
    });
  });
});
