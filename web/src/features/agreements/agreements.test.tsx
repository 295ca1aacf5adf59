// An agreement that is about to end, and the one that follows it.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import AgreementPage from './AgreementPage';
import DraftPage from './DraftPage';

beforeAll(() => startTexts(texts, ['agreements']));
afterEach(() => vi.unstubAllGlobals());

const agreement = {
  code: 'XY1',
  partner: 'P1',
  partner_name: '代理商一',
  tier: '二级代理商',
  territory: '430102',
  territory_name: '示例区',
  business: 'mobile',
  business_title: '移动业务',
  from: '2025-10-01',
  last_day: '2026-09-25',
  deposit: 500_000,
  commitment: 0,
  renewed: false,
  state: 'expiring',
  warning: 30,
  days_left: 25,
  application: '',
};

const draft = {
  id: 'XD1',
  version: 2,
  state: 'sent',
  template: 'agency',
  partner: 'P1',
  partner_name: '代理商一',
  business: 'mobile',
  business_title: '移动业务',
  from: '2026-09-26',
  last_day: '2027-09-25',
  deposit: 500_000,
  renews: 'XY1',
  application: 'XY2',
  made_by: 'channel',
  made_at: '2026-08-31T10:00:00+08:00',
  signed: ['us'],
  in_force: false,
};

const answers = {
  'GET /agreements/XY1': { agreement, draft: null, clauses: [], signatures: [], others: [] },
  'GET /agreement-drafts/XD1': { draft, filled: {}, own_terms: '', clauses: ['条款一'], signatures: [] },
  'GET /agreement-templates': [
    {
      id: 'agency',
      version: 1,
      title: '合作协议',
      terms: [{ id: 'region', title: '授权区域', kind: 'text', required: true, settles: null }],
      business: [{ id: 'mobile', title: '移动业务' }],
    },
  ],
  'POST /agreement-drafts': { id: 'XD2', version: 1 },
  'POST /agreement-drafts/XD1/signatures': {},
};

describe('an agreement', () => {
  it('about to end warns, and its renewal begins the day after and names it', async () => {
    // R0.37, R8.40
    const calls = serve({ permissions: ['agreement.read', 'agreement.manage'], answers });
    show(AgreementPage, '/agreements/XY1', '/agreements/$code');
    expect((await screen.findByRole('alert')).textContent).toContain('还有 25 天');
    await userEvent.click(screen.getByRole('button', { name: '续签' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.type(within(drawer).getByLabelText('授权区域'), '城东片区');
    await userEvent.type(within(drawer).getByLabelText('保证金（元）'), '5000.50');
    await userEvent.click(within(drawer).getByRole('button', { name: '保存' }));
    await waitFor(() => expect(calls.some((call) => call.path === 'POST /agreement-drafts')).toBe(true));
    expect(calls.find((call) => call.path === 'POST /agreement-drafts')?.body).toMatchObject({
      partner: 'P1',
      business: 'mobile',
      from: '2026-09-26',
      last_day: '2027-09-25',
      deposit: 500_050,
      filled: { region: '城东片区' },
      renews: 'XY1',
    });
  });

  it('that was sent is signed by the side that has not', async () => {
    // R8.40
    const calls = serve({ permissions: ['agreement.read', 'agreement.sign'], answers });
    show(DraftPage, '/agreement-drafts/XD1', '/agreement-drafts/$id');
    await userEvent.click(await screen.findByRole('button', { name: '登记签署' }));
    const drawer = await screen.findByRole('dialog');
    expect(within(drawer).queryByRole('radio', { name: '甲方' })).toBeNull();
    await userEvent.type(within(drawer).getByLabelText('签署人'), '示例负责人');
    await userEvent.type(within(drawer).getByLabelText('印章与原件存放处'), '公章');
    const field = within(drawer).getByLabelText('签署日期');
    await userEvent.clear(field);
    await userEvent.type(field, '2026-08-31{enter}');
    await userEvent.click(within(drawer).getByRole('button', { name: '登记签署' }));
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /agreement-drafts/XD1/signatures')?.body).toMatchObject({
        side: 'partner',
        way: 'seal',
        name: '示例负责人',
        signed_on: '2026-08-31',
      }),
    );
  });
});
