// An event's tasks and guests, and what may be done to an enquiry.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { serve, show } from '@/testing/show';
import EnquiriesPage from './EnquiriesPage';
import EventPage from './EventPage';

beforeAll(() => startTexts(texts, ['recruit']));
afterEach(() => vi.unstubAllGlobals());

const task = (id: string, title: string, state: string, version: number) => ({
  task: id,
  version,
  title,
  asked: '留存材料',
  required: true,
  owner: 'channel',
  owner_name: '渠道经理',
  due_on: '2026-08-20',
  state,
  late: state === 'open',
  evidence: '',
  ended_on: null,
  ended_by: '',
});

const figures = {
  listed: 1,
  invited: 1,
  confirmed: 0,
  confirmed_ppm: 0,
  attended: 0,
  cards: 0,
  prospects: 0,
  signed: 0,
  signed_ppm: null,
  nurtured: 0,
  lost: 0,
  cost_per_signed: null,
};

const whole = {
  event: {
    id: 'ZS1',
    version: 1,
    state: 'preparing',
    title: '秋季招商会',
    held_on: '2026-09-04',
    place: '会议中心',
    territory: '430102',
    territory_name: '示例区',
    guests: 60,
    goal: 8,
    budget: 900_000,
    cost: 0,
    owner: 'channel',
    owner_name: '渠道经理',
    note: '',
    days_left: 4,
    tasks_done: 0,
    tasks: 2,
    tasks_late: 1,
    figures,
  },
  tasks: [task('agenda', '会议议程', 'open', 3), task('contacts', '联络名单', 'done', 2)],
  prizes: [],
  incidents: [],
  next: ['held', 'cancelled'],
};

const guest = {
  id: 'ZS1-001',
  version: 5,
  name: '示例来宾',
  company: '示例店',
  phone: '199****0001',
  mail: '',
  code: 'ABC234',
  delivery: 'by_hand',
  delivered: '上门',
  answer: 'open',
  answer_note: '',
  reminded: 0,
  checked_at: null,
  prospect: '',
  next_on: null,
  outcome: 'open',
  outcome_note: '',
};

const answers = {
  'GET /recruiting/events/ZS1': whole,
  'GET /recruiting/events/ZS1/guests': [guest],
  'PUT /recruiting/events/ZS1/tasks/agenda': { version: 4 },
  'POST /recruiting/events/ZS1/guests/ZS1-001/answer': { version: 6 },
};

describe('an event', () => {
  it('has a task done with what shows it, at the version that was seen', async () => {
    // R8.17
    const calls = serve({ permissions: ['recruit.read', 'recruit.manage'], answers });
    show(EventPage, '/recruiting/events/ZS1', '/recruiting/events/$id');
    await userEvent.click(await screen.findByRole('button', { name: '办理 会议议程' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('radio', { name: '已完成' }));
    await userEvent.type(within(drawer).getByLabelText('完成依据'), '议程定稿');
    await userEvent.click(within(drawer).getByRole('button', { name: '保存' }));
    await waitFor(() => expect(calls.find((call) => call.path.startsWith('PUT'))?.match).toBe('"3"'));
    expect(calls.find((call) => call.path.startsWith('PUT'))?.body).toMatchObject({
      state: 'done',
      evidence: '议程定稿',
      owner: 'channel',
    });
  });

  it('keeps what a guest said on the phone', async () => {
    // R8.28
    const calls = serve({ permissions: ['recruit.read', 'recruit.manage'], answers });
    show(EventPage, '/recruiting/events/ZS1?tab=guests', '/recruiting/events/$id');
    await userEvent.click(await screen.findByRole('button', { name: '电话确认 示例来宾' }));
    const drawer = await screen.findByRole('dialog');
    await userEvent.click(within(drawer).getByRole('radio', { name: '到会' }));
    await userEvent.click(within(drawer).getByRole('button', { name: '保存' }));
    await waitFor(() => expect(calls.find((call) => call.path.endsWith('/answer'))?.body).toEqual({ answer: 'yes', note: '' }));
  });

  it('offers nothing to who only reads', async () => {
    // R0.1
    serve({ permissions: ['recruit.read'], answers: { ...answers, 'GET /recruiting/events/ZS1': { ...whole, next: [] } } });
    show(EventPage, '/recruiting/events/ZS1', '/recruiting/events/$id');
    expect(await screen.findByText('会议议程')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /办理/ })).toBeNull();
  });
});

describe('an enquiry', () => {
  it('is called back before it becomes a prospect', async () => {
    // R8.13
    const enquiry = {
      id: 'JQ1',
      version: 1,
      name: '示例客户',
      phone: '199****0002',
      territory: '430102',
      territory_name: '示例区',
      wants: '开店',
      way: 'phone',
      state: 'new',
      assigned_to: 'channel',
      assigned_name: '渠道经理',
      received_at: '2026-08-31T08:00:00+08:00',
      due_at: '2026-08-31T09:00:00+08:00',
      contacted_at: null,
      late: true,
      note: '',
      prospect: '',
    };
    serve({
      permissions: ['recruit.read', 'recruit.manage'],
      answers: { 'GET /recruiting/enquiries': { items: [enquiry], next: null, total: 1 } },
    });
    show(EnquiriesPage, '/recruiting/enquiries');
    expect(await screen.findByRole('button', { name: '登记联系 示例客户' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: '转为意向 示例客户' })).toBeNull();
    expect(screen.getByText('逾期')).toBeTruthy();
  });
});
