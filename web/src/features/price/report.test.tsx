// Prices beside sales: bottlenecks, areas, price points, and the three goals of a price.
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import AgendaPage from './AgendaPage';
import { grew } from './data';
import ReportPage from './ReportPage';

beforeAll(() => startTexts(texts, ['price', 'priceReport']));
afterEach(() => vi.unstubAllGlobals());

const high = {
  outlet: 'O1',
  outlet_name: '网点一',
  territory_name: '某镇',
  product: 'T1',
  product_name: '机型一',
  looked: 4,
  high: 3,
  in_row: 3,
  last: 139_900,
  suggested: 119_900,
  seen_on: '2026-08-20',
  now: 4,
  before: 8,
  bottleneck: true,
};

const report = {
  from: '2026-07-01',
  to: '2026-08-31',
  before_from: '2026-04-30',
  step: 10_000,
  least_checks: 3,
  goals: [
    {
      product: 'T1',
      product_name: '机型一',
      least_margin: 24_900,
      most_margin: 29_900,
      ours: 119_400,
      rival: 109_900,
      gap: 9_500,
      pieces: 3,
      of: 4,
    },
  ],
  points: [{ product: 'T1', product_name: '机型一', from: 110_000, pieces: 3, amount: 354_800, outlets: 2 }],
  areas: [
    {
      area: '421102',
      area_name: '某区',
      product: 'T1',
      product_name: '机型一',
      high_outlets: 2,
      high_now: 10,
      high_before: 14,
      other_outlets: 1,
      other_now: 5,
      other_before: 3,
    },
  ],
  high: [high, { ...high, outlet: 'O2', outlet_name: '网点二', bottleneck: false }],
};

describe('prices and sales', () => {
  it('tell the change of pieces where there were some', () => {
    // R7.279
    expect([grew(4, 8), grew(5, 0)]).toEqual([-0.5, undefined]);
  });

  it('list bottlenecks, areas, points and goals', async () => {
    // R7.270, R7.276, R7.279, R7.293
    serve({ permissions: ['price.read', 'price.manage'], answers: { 'GET /price-report': report, 'GET /prices/products': [] } });
    show(ReportPage, '/prices/report');
    const list = await screen.findByRole('group', { name: '偏高价格与销量' });
    expect(within(list).getByText('网点二')).toBeTruthy();
    expect(screen.getByText('75.0%')).toBeTruthy();
    expect(screen.getByText('249.00 – 299.00')).toBeTruthy();
    await userEvent.click(screen.getByRole('checkbox', { name: '只看价格瓶颈' }));
    expect(within(await screen.findByRole('group', { name: '偏高价格与销量' })).queryByText('网点二')).toBeNull();
  });
});

describe('the order of checks', () => {
  it('says what the type of an outlet makes likely', async () => {
    // R7.295, R7.296
    const row = { outlet: 'O1', outlet_name: '网点一', territory_name: '某区', subtype: '百货店', tag: 'high', last: null, days: null };
    const answers = { 'GET /price-agenda': { items: [row], next: null, total: 1 } };
    serve({ permissions: ['price.read', 'price.manage'], answers });
    show(AgendaPage, '/prices/agenda');
    expect(await screen.findByText('网点一')).toBeTruthy();
    expect(screen.getByText('高价')).toBeTruthy();
    expect(screen.getByText('未检查过')).toBeTruthy();
  });
});
