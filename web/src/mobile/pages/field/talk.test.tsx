// Steps on the screen: stock against the book, targets adjusted, training, a step left out; a day without a plan.
import 'fake-indexeddb/auto';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { setup, stop } from '@/testing/field';
import { serve, show } from '@/testing/show';
import { change } from './box';
import { fieldsOf, visitsOf } from './draft';
import { many, type Counted, type Fields, type Shelved, type Training } from './records';
import StepPage from './StepPage';
import TodayPage from './TodayPage';

const at = stop('O1', {
  stock: [
    { product: 'A', name: 'Phone A', book: 3, sold: 2 },
    { product: 'B', name: 'Phone B', book: 1, sold: 0 },
  ],
  models: [
    { product: 'A', name: 'Phone A', role: 'must', stands: 'missing', seen_on: '2026-08-03', sample: null, tag: null },
    { product: 'C', name: 'Phone C', role: 'optional', stands: '', seen_on: null, sample: null, tag: null },
  ],
  sales: [{ kind: 'activation', name: 'Cards', pieces: 4 }],
  contacts: [{ name: 'Owner', post: '', power: 'decides', attitude: 'for', needs: '', phone: '' }],
});

const user = userEvent.setup();
const press = async (name: string | RegExp) => user.click(await screen.findByRole('button', { name }));

const open = (step: string) => {
  serve({
    permissions: ['visit.make', 'visit.plan'],
    answers: {
      'GET /field/setup': setup,
      'GET /field/day': { day: '2026-08-31', plan_version: 1, kind: 'work', stops: [at], travel_minutes: 0 },
    },
  });
  queries.setQueryData(['me'], { login: 'test', name: 'Test', permissions: ['visit.make', 'visit.plan'], roles: [], today: '2026-08-31' });
  return show(StepPage, `/field/visit/O1/${step}`, '/field/visit/$code/$step');
};

const fields = async (): Promise<Fields> => {
  const [visit] = await visitsOf('test');
  return visit ? fieldsOf('test', visit.id) : {};
};

beforeAll(() => startTexts(texts, ['phone', 'phoneField']));
beforeEach(() => change(async (tx) => ['visit', 'write', 'field', 'photo', 'task', 'keep'].forEach((kind) => tx.clear(kind))));
afterEach(() => vi.unstubAllGlobals());

describe('stock', () => {
  it('is counted against the book, and what was sold is corrected beside the figure of the system', async () => {
    // R7.48 R7.50
    open('stock');
    expect(await screen.findByText('Cards')).toBeTruthy();
    await press(/减少Phone A 实盘数/);
    await screen.findByText('差异 −1');
    await press('其余 1 种与账面一致');
    await screen.findByText('与账面一致');
    await press(/增加Phone A 实际售出/);
    await waitFor(async () =>
      expect(Object.fromEntries(many<Counted>(await fields(), 'count'))).toEqual({
        A: { counted: 2, book: 3, serials: [], sold: 3 },
        B: { counted: 1, book: 1, serials: [], sold: null },
      }),
    );
  });

  it('says of each model where it stands, with sample and tag', async () => {
    // R7.15 R7.240
    open('stock');
    expect(await screen.findByText('2026-08-03 没有')).toBeTruthy();
    const where = within(screen.getByRole('group', { name: 'Phone A 位置' }));
    await user.click(where.getByRole('button', { name: '在柜' }));
    await user.click(within(await screen.findByRole('group', { name: 'Phone A 价签' })).getByRole('button', { name: '价签 无' }));
    await press('其余 1 款都在柜、有价签');
    await waitFor(async () =>
      expect(Object.fromEntries(many<Shelved>(await fields(), 'shelf'))).toEqual({
        A: { stands: 'shelf', sample: null, tag: false },
        C: { stands: 'shelf', sample: null, tag: true },
      }),
    );
    await user.click(where.getByRole('button', { name: '没有' }));
    await waitFor(async () =>
      expect(Object.fromEntries(many<Shelved>(await fields(), 'shelf')).A).toEqual({ stands: 'missing', sample: null, tag: null }),
    );
  });

  it('takes serials typed where the phone cannot scan, each once and valid', async () => {
    open('stock');
    const list = await screen.findAllByRole('button', { name: '扫描（0）' });
    await user.click(list[0]!);
    const sheet = within(await screen.findByRole('dialog'));
    for (const [code, wrong] of [
      ['490154203237519', /不是有效的串号/],
      ['490154203237518', undefined],
      ['490154203237518', /已在列表中/],
    ] as const) {
      await user.clear(sheet.getByLabelText('输入串号或条码'));
      await user.type(sheet.getByLabelText('输入串号或条码'), code);
      await user.click(sheet.getByRole('button', { name: '加入' }));
      if (wrong) await sheet.findByText(wrong);
      else await waitFor(async () => expect(many<Counted>(await fields(), 'count')[0]?.[1]).toMatchObject({ counted: 1, serials: [code] }));
    }
  });
});

describe('talk', () => {
  it('adjusts a target with a reason and keeps what was planned', async () => {
    // R7.51
    open('adjust');
    await press(/增加目标数量/);
    await press('淡旺季');
    await waitFor(async () => expect((await fields())['goal.keep']).toMatchObject({ original: 0, target: 1, reason: '淡旺季' }));
  });

  it('records training by topic and person', async () => {
    // R7.55
    open('train');
    await press('业务知识');
    await press('终端陈列');
    await press('Owner');
    await press('保存');
    const trainings = async () => many<Training>(await fields(), 'training').map(([, one]) => `${one.topic} ${one.person} ${one.minutes}`);
    await waitFor(async () => expect((await trainings()).sort()).toEqual(['display Owner 10', 'service Owner 10']));
  });

  it('is left out with a reason only', async () => {
    // R7.34
    open('persuade');
    await press('跳过');
    const sheet = within(await screen.findByRole('dialog'));
    expect(sheet.getByRole<HTMLButtonElement>('button', { name: '按此原因跳过' }).disabled).toBe(true);
    await user.click(sheet.getByRole('button', { name: '店里正忙' }));
    await waitFor(async () => expect((await fields())['step.persuade']).toMatchObject({ skipped: true, reason: '店里正忙' }));
  });
});

describe('a day without a plan', () => {
  it('is proposed one from what is due', async () => {
    // R7.36
    const day = { day: '2026-08-31', plan_version: 0, kind: 'work', stops: [], travel_minutes: 0 };
    const calls = serve({ permissions: [], answers: { 'GET /field/setup': setup, 'GET /field/day': day } });
    queries.setQueryData(['me'], {
      login: 'test',
      name: 'Test',
      permissions: ['visit.make', 'visit.plan'],
      roles: [],
      today: '2026-09-02',
    });
    show(TodayPage, '/field');
    await press('生成四周计划');
    await waitFor(() =>
      expect(calls.find((call) => call.path === 'POST /field/plan/propose')?.body).toEqual({ manager: 'test', from: '2026-08-31' }),
    );
  });
});
