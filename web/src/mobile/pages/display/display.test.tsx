// Display on the phone: what a launch still needs, a piece that is to be hung, and a score that somebody found differently.
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { serve, show } from '@/testing/show';
import OutletPage from './OutletPage';
import RescoresPage from './RescoresPage';

beforeAll(() => startTexts(texts, ['phone', 'phoneDisplay']));
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});
afterEach(() => vi.unstubAllGlobals());

const permissions = ['display.read', 'display.manage'];

const task = {
  launch: 'SS1',
  name: '新机上市',
  outlet: 'O1',
  outlet_name: '网点一',
  material: 'poster',
  material_name: '海报',
  place: 'in4',
  place_name: '正对入口的海报位',
  owner: 'test',
  due_on: '2026-09-01',
  late: true,
  state: 'open',
  photo: '',
  done_by: '',
  done_on: null,
};

const shown = {
  outlet: 'O1',
  name: '网点一',
  outlet_type: '专营店',
  places: [],
  pop_held: 5_000,
  display_held: null,
  scores: [],
  corrections: [],
  assets: [{ id: 'PW1', version: 2, kind_name: '吊旗', place_name: '天花板吊旗位', campaign: '开学季', state: 'in_production' }],
  recalls: [],
  launches: [task],
  spent: 0,
  limit: 0,
};

describe('an outlet', () => {
  it('shows what a launch needs and what is to be hung, each with a photo', async () => {
    // R7.128 R7.180
    serve({ permissions, answers: { 'GET /display/outlets/O1': shown } });
    show(OutletPage, '/display/O1', '/display/$code');
    expect(await screen.findByRole('list', { name: '待投放的新品上市物料' })).toBeTruthy();
    await userEvent.click(screen.getByText('吊旗'));
    expect(await screen.findByLabelText('同意投放的店方负责人')).toBeTruthy();
    expect(screen.getByText('请先拍照')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: '提交' }).disabled).toBe(true);
  });
});

describe('a second look that differs', () => {
  it('is answered on the phone', async () => {
    // R7.266
    const row = {
      id: 'FP1',
      version: 2,
      visit: 'V1',
      template: 'display_elements',
      template_name: '陈列现场七要素',
      outlet: 'O1',
      outlet_name: '网点一',
      scorer: 'test',
      scorer_name: 'Test',
      day: '2026-08-01',
      score: 9_000,
      again: 7_500,
      difference: -1_500,
      state: 'differs',
      note: '柜台空置',
      who: 'supervisor',
      done_on: '2026-08-05',
      reply: '',
      own: true,
    };
    const answers = {
      'GET /display/own-rescores': { items: [row], next: null, total: 1 },
      'POST /display/own-rescores/FP1/reply': { version: 3 },
    };
    const calls = serve({ permissions, answers });
    show(RescoresPage, '/rescores');
    await userEvent.click(await screen.findByText('网点一 · 陈列现场七要素'));
    await userEvent.type(await screen.findByLabelText('答复'), '已补拍');
    await userEvent.click(screen.getByRole('button', { name: '提交' }));
    await waitFor(() => {
      const call = calls.find((one) => one.path === 'POST /display/own-rescores/FP1/reply');
      expect(call?.body).toEqual({ reply: '已补拍' });
      expect(call?.match).toBe('"2"');
    });
  });
});
