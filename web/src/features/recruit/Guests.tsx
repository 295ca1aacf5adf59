import { App, Button, DatePicker, Form, Input, Radio, Space } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { answer, api, http, ifMatch, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { ANSWER_TONES, ANSWERS, confirmGuest, guestLines, OUTCOME_TONES, OUTCOMES, type Guest } from '@/shared/recruit';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { DELIVERY_TONES } from './tones';

type Event = Schema<'RecruitingEvent'>;
type Doing = { act: 'handOver' | 'confirm' | 'followUp'; guest: Guest };

/** 邀请名单: who is invited, whether the letter arrived, what they said, whether they came, and what became of it. */
export function Guests({ event }: { event: Event }) {
  const t = useT('recruit');
  const common = useT('common');
  const { message } = App.useApp();
  const manages = usePermission('recruit.manage');
  const query = api.useQuery('get', '/api/v1/recruiting/events/{id}/guests', { params: { path: { id: event.id } } });
  const [adding, setAdding] = useState(false);
  const [doing, setDoing] = useState<Doing>();
  const preparing = manages && event.state === 'preparing';
  const send = async () => {
    try {
      const sent = await answer(http.POST('/api/v1/recruiting/events/{id}/invitations', { params: { path: { id: event.id } } }));
      void message.success(t('sentAll', { count: sent.queued }));
      await queries.invalidateQueries();
    } catch (error) {
      void message.error(error instanceof ApiError ? error.message : common('state.failed'));
    }
  };
  const close = () => setDoing(undefined);
  return (
    <>
      {manages && (event.state === 'preparing' || event.state === 'held') && (
        <Space className="no-print" style={{ marginBottom: 12 }}>
          <Button onClick={() => setAdding(true)}>{t('addGuests')}</Button>
          {preparing && <Button onClick={() => void send()}>{t('sendAll')}</Button>}
        </Space>
      )}
      <QueryState
        query={query}
        rows={6}
        empty={(rows) => rows.length === 0}
        whenEmpty={<EmptyBox title={t('guestNone')} help={t('guestNoneHelp')} />}
      >
        {(rows) => <Listed rows={rows} event={event} manages={manages} onDo={setDoing} />}
      </QueryState>
      {adding && <Add event={event.id} onClose={() => setAdding(false)} />}
      {doing?.act === 'handOver' && <HandOver event={event.id} guest={doing.guest} onClose={close} />}
      {doing?.act === 'confirm' && <Confirm event={event.id} guest={doing.guest} onClose={close} />}
      {doing?.act === 'followUp' && <FollowUp event={event.id} guest={doing.guest} onClose={close} />}
    </>
  );
}

const HEADS = ['name', 'phone', 'code', 'delivery', 'answer', 'checkedAt', 'outcome', 'nextOn'] as const;

interface ListedProps {
  rows: Guest[];
  event: Event;
  manages: boolean;
  onDo: (doing: Doing) => void;
}

function Listed({ rows, event, manages, onDo }: ListedProps) {
  const t = useT('recruit');
  const common = useT('common');
  const label = useLabel('recruit');
  const acts = (guest: Guest): Doing['act'][] => {
    if (!manages) return [];
    if (event.state === 'preparing' && guest.checked_at === null)
      return guest.delivery === 'sent' || guest.delivery === 'by_hand' ? ['confirm'] : ['handOver', 'confirm'];
    return guest.checked_at !== null && event.state !== 'closed' && event.state !== 'cancelled' ? ['followUp'] : [];
  };
  return (
    <PlainTable label={t('guests')} heads={[...HEADS.map((key) => t(key)), ...(manages ? [{ acts: common('action') }] : [])]}>
      <tbody>
        {rows.map((guest) => (
          <tr key={guest.id}>
            <th scope="row">
              {guest.name}
              <div className="muted">{guest.company}</div>
            </th>
            <td>
              {guest.phone || '—'}
              <div className="muted">{guest.mail}</div>
            </td>
            <td>{guest.code}</td>
            <td title={guest.delivered}>
              <StatusTag tone={DELIVERY_TONES[guest.delivery]}>{label('deliveries', guest.delivery)}</StatusTag>
              {guest.reminded > 0 && <div className="muted">{t('reminded', { days: guest.reminded })}</div>}
            </td>
            <td title={guest.answer_note}>
              <StatusTag tone={ANSWER_TONES[guest.answer]}>{label('answers', guest.answer)}</StatusTag>
            </td>
            <td>{guest.checked_at ? dateTime(guest.checked_at) : <span className="muted">{t('absent')}</span>}</td>
            <td title={guest.outcome_note}>
              {guest.checked_at ? <StatusTag tone={OUTCOME_TONES[guest.outcome]}>{label('outcomes', guest.outcome)}</StatusTag> : '—'}
            </td>
            <td>{guest.outcome === 'open' ? (guest.next_on ?? '—') : '—'}</td>
            {manages && (
              <td className="no-print">
                <Space>
                  {acts(guest).map((act) => (
                    <Button key={act} size="small" aria-label={`${t(act)} ${guest.name}`} onClick={() => onDo({ act, guest })}>
                      {t(act)}
                    </Button>
                  ))}
                </Space>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Add({ event, onClose }: { event: string; onClose: () => void }) {
  const t = useT('recruit');
  const { message } = App.useApp();
  const [key] = useState(newKey);
  return (
    <ActionDrawer<{ lines: string }>
      open
      title={t('addGuests')}
      consequence={t('addGuestsHelp')}
      verb={t('addGuests')}
      width={520}
      onClose={onClose}
      onSubmit={async ({ lines }) => {
        const { guests } = guestLines(lines);
        const done = await answer(
          http.POST('/api/v1/recruiting/events/{id}/guests', { params: { path: { id: event }, header: onceHeader(key) }, body: guests }),
        );
        void message.success(t('added', { count: done.added }));
        await queries.invalidateQueries();
      }}
    >
      <Form.Item
        name="lines"
        label={t('guestLines')}
        rules={[
          {
            required: true,
            validator: (_, text = '') => {
              const { guests, wrong } = guestLines(String(text));
              if (wrong !== undefined) return Promise.reject(new Error(t('guestLineWrong', { line: wrong })));
              return guests.length > 0 ? Promise.resolve() : Promise.reject(new Error(t('needed')));
            },
          },
        ]}
      >
        <Input.TextArea rows={10} />
      </Form.Item>
    </ActionDrawer>
  );
}

interface ActProps {
  event: string;
  guest: Guest;
  onClose: () => void;
}

const again = async () => {
  await queries.invalidateQueries();
  return [];
};

function HandOver({ event, guest, onClose }: ActProps) {
  const t = useT('recruit');
  return (
    <ActionDrawer<{ how: string }>
      open
      title={`${t('handOver')} · ${guest.name}`}
      verb={t('handOver')}
      done={t('saved')}
      onClose={onClose}
      onStale={again}
      onSubmit={async (body) => {
        const params = { path: { id: event, guest: guest.id }, header: ifMatch(guest.version) };
        await http.POST('/api/v1/recruiting/events/{id}/guests/{guest}/delivered', { params, body });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="how" label={t('how')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}

function Confirm({ event, guest, onClose }: ActProps) {
  const t = useT('recruit');
  return (
    <ActionDrawer<{ answer: string; note?: string }>
      open
      title={`${t('confirm')} · ${guest.name}`}
      verb={t('save')}
      done={t('saved')}
      initial={{ answer: guest.answer === 'open' ? undefined : guest.answer, note: guest.answer_note }}
      onClose={onClose}
      onStale={again}
      onSubmit={({ answer: said, note }) => confirmGuest(event, guest, said, note ?? '')}
    >
      <Form.Item name="answer" label={t('answer')} rules={[{ required: true, message: t('needed') }]}>
        <Radio.Group options={ANSWERS.map((value) => ({ value, label: t(`answers.${value}`) }))} />
      </Form.Item>
      <Form.Item name="note" label={t('note')}>
        <Input maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}

function FollowUp({ event, guest, onClose }: ActProps) {
  const t = useT('recruit');
  const [form] = Form.useForm<{ outcome: string; next_on?: Dayjs; note?: string }>();
  const outcome = Form.useWatch('outcome', form) ?? guest.outcome;
  return (
    <ActionDrawer<{ outcome: string; next_on?: Dayjs; note?: string }>
      open
      form={form}
      title={`${t('followUp')} · ${guest.name}`}
      consequence={t('followHelp')}
      verb={t('save')}
      done={t('saved')}
      initial={{ outcome: guest.outcome, next_on: guest.next_on ? dayjs(guest.next_on) : undefined, note: guest.outcome_note }}
      onClose={onClose}
      onStale={again}
      onSubmit={async (values) => {
        const params = { path: { id: event, guest: guest.id }, header: ifMatch(guest.version) };
        const next_on = values.outcome === 'open' ? values.next_on?.format('YYYY-MM-DD') : undefined;
        await http.POST('/api/v1/recruiting/events/{id}/guests/{guest}/follow-up', {
          params,
          body: { outcome: values.outcome, next_on, note: values.note ?? '' },
        });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="outcome" label={t('outcome')}>
        <Radio.Group options={OUTCOMES.map((value) => ({ value, label: t(`outcomes.${value}`) }))} />
      </Form.Item>
      {outcome === 'open' && (
        <Form.Item name="next_on" label={t('nextOn')} rules={[{ required: true, message: t('needed') }]}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
      )}
      <Form.Item
        name="note"
        label={t('note')}
        rules={outcome === 'lost' ? [{ required: true, min: 2, whitespace: true, message: t('atLeast') }] : []}
      >
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
    </ActionDrawer>
  );
}
