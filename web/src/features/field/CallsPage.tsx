import { Button, DatePicker, Form, Input, Radio } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { minuteClock } from '@/shared/field/minutes';
import { dateTime, instant } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl, type Params } from '@/shared/url';
import { paged, refresh } from './data';
import { DayPick, Figures, ManagerPick, OfManager, OutletLink, useManager, useManagers } from './parts';

type Call = Schema<'FieldCall'>;
type CallDay = Schema<'FieldCallDay'>;

const OUTCOME_TONES = { reached: 'good', no_answer: 'plain', declined: 'warn' } as const;
const tone = (outcome: string) => OUTCOME_TONES[outcome as keyof typeof OUTCOME_TONES];

/** 电话回访与预约: a manager's day of calls and visits, and every call with its minute. */
export default function CallsPage() {
  return <OfManager>{(login) => <Page login={login} />}</OfManager>;
}

function Page({ login }: { login: string }) {
  const t = useT('calls');
  const common = useT('common');
  const { today } = useMe();
  const [url, change] = useUrl();
  const { managers, pick } = useManager();
  const makes = usePermission('visit.make');
  const [noting, setNoting] = useState<{ outlet?: string; name?: string }>();
  const [closing, setClosing] = useState<Call>();
  const on = url.day ?? today;
  const query = api.useQuery('get', '/api/v1/field/calls/day', { params: { query: { manager: login, day: on } } });
  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          <>
            <ManagerPick value={login} managers={managers} onChange={pick} />
            <DayPick value={on} onChange={(day) => change({ day })} />
            <Button onClick={() => print()}>{common('print')}</Button>
            {makes && (
              <Button type="primary" onClick={() => setNoting({})}>
                {t('note')}
              </Button>
            )}
          </>
        }
      />
      <QueryState query={query} rows={8}>
        {(day) => <Day day={day} onNote={setNoting} onClose={setClosing} />}
      </QueryState>
      <div style={{ height: 12 }} />
      <Calls onClose={setClosing} />
      {noting && <Note {...noting} onClose={() => setNoting(undefined)} />}
      {closing && <Close call={closing} onClose={() => setClosing(undefined)} />}
    </>
  );
}

interface DayProps {
  day: CallDay;
  onNote: (whom: { outlet?: string; name?: string }) => void;
  onClose: (call: Call) => void;
}

function Day({ day, onNote, onClose }: DayProps) {
  const t = useT('calls');
  const met = (pace: CallDay['today']) => (
    <>
      {t('madeOf', { made: pace.made, target: pace.target })}{' '}
      {pace.target > 0 && <StatusTag tone={pace.met ? 'good' : 'warn'}>{pace.met ? t('met') : t('notMet')}</StatusTag>}
    </>
  );
  return (
    <>
      <Figures
        rows={[
          [t('today'), met(day.today)],
          [t('reached'), day.today.reached],
          [t('week'), met(day.week)],
        ]}
      />
      <div className="grid" style={{ marginTop: 12 }}>
        <Block title={t('morning', { from: minuteClock(day.calls_from), to: minuteClock(day.calls_to) })} width={8}>
          {day.candidates.length === 0 ? <EmptyBox title={t('nobody')} /> : <Whom day={day} onNote={onNote} />}
        </Block>
        <Block title={t('afternoon', { from: minuteClock(day.visits_from), to: minuteClock(day.visits_to) })} width={4}>
          <h3>{t('appointments')}</h3>
          {day.appointments.length === 0 && <p className="muted">{t('noAppointments')}</p>}
          <ul>
            {day.appointments.map((row) => (
              <li key={row.id}>
                {row.appointment && `${row.appointment.on} ${minuteClock(row.appointment.minute)} `}
                <OutletLink code={row.outlet} name={row.outlet_name || row.name} />{' '}
                {row.appointment?.overdue && <StatusTag tone="bad">{t('overdue')}</StatusTag>}{' '}
                <Button size="small" aria-label={`${t('close')} ${row.outlet_name || row.name}`} onClick={() => onClose(row)}>
                  {t('close')}
                </Button>
              </li>
            ))}
          </ul>
          <h3>{t('visits')}</h3>
          {day.visits.length === 0 && <p className="muted">{t('noVisits')}</p>}
          <ol>
            {day.visits.map((row) => (
              <li key={row.code}>
                <OutletLink {...row} />
              </li>
            ))}
          </ol>
        </Block>
      </div>
    </>
  );
}

function Whom({ day, onNote }: Pick<DayProps, 'day' | 'onNote'>) {
  const t = useT('calls');
  return (
    <PlainTable
      label={t('whom')}
      maxHeight={420}
      heads={[t('outlet'), t('contact'), t('lastOn'), ...(day.may_note ? [{ acts: t('action') }] : [])]}
    >
      <tbody>
        {day.candidates.map((row) => {
          const first = row.contacts[0];
          return (
            <tr key={row.code}>
              <td>
                <OutletLink code={row.code} name={row.name} />
              </td>
              <td>{row.contacts.map((one) => [one.name, one.post, one.phone].filter(Boolean).join(' ')).join('；') || '—'}</td>
              <td>{row.last_on ?? t('never')}</td>
              {day.may_note && (
                <td className="no-print">
                  <Button
                    size="small"
                    aria-label={`${t('note')} ${row.name}`}
                    onClick={() => onNote({ outlet: row.code, name: first?.name })}
                  >
                    {t('note')}
                  </Button>
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </PlainTable>
  );
}

const asking = ({ manager, outlet, from, to }: Params) =>
  api.queryOptions('get', '/api/v1/field/calls', { params: { query: { manager, outlet, from, to } } });

function Calls({ onClose }: { onClose: (call: Call) => void }) {
  const t = useT('calls');
  const label = useLabel('calls');
  const { managers } = useManagers();
  const closes = usePermission(['visit.make', 'visit.review']);
  const columns: Column<Call>[] = [
    { key: 'at', title: t('at'), fixed: 'left', render: (_, row) => dateTime(instant(row.at_us)) },
    { key: 'manager', title: t('manager'), render: (_, row) => <span title={row.manager}>{row.manager_name}</span> },
    {
      key: 'whom',
      title: t('whomShort'),
      render: (_, row) => (row.outlet ? <OutletLink code={row.outlet} name={row.outlet_name} /> : row.partner_name),
    },
    { key: 'name', title: t('contact'), dataIndex: 'name' },
    {
      key: 'outcome',
      title: t('outcome'),
      render: (_, row) => <StatusTag tone={tone(row.outcome)}>{label('outcomes', row.outcome)}</StatusTag>,
    },
    { key: 'minute', title: t('minute'), render: (_, row) => row.minute || '—' },
    {
      key: 'appointment',
      title: t('appointment'),
      render: (_, row) =>
        row.appointment ? (
          <>
            {`${row.appointment.on} ${minuteClock(row.appointment.minute)} `}
            <StatusTag tone={row.appointment.overdue ? 'bad' : row.appointment.state === 'kept' ? 'good' : 'plain'}>
              {label('states', row.appointment.state)}
            </StatusTag>
          </>
        ) : (
          '—'
        ),
    },
    ...(closes
      ? [
          {
            key: 'action',
            title: t('action'),
            render: (_: unknown, row: Call) =>
              row.appointment?.state === 'open' && (
                <Button size="small" aria-label={`${t('close')} ${row.outlet_name || row.name}`} onClick={() => onClose(row)}>
                  {t('close')}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <ResourceTable<Call>
      id="calls"
      label={t('list')}
      columns={columns}
      rowKey={(row) => row.id}
      load={async (query) => paged((await queries.fetchQuery(asking(query))).rows, query)}
      filters={[
        { kind: 'select', name: 'manager', label: t('manager'), options: managers, search: true },
        {
          kind: 'own',
          name: 'outlet',
          label: t('outlet'),
          render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
        },
        { kind: 'days', name: 'days', label: t('days'), from: 'from', to: 'to' },
      ]}
      whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
    />
  );
}

interface Noted {
  outlet: string;
  name: string;
  outcome: 'reached' | 'no_answer' | 'declined';
  minute?: string;
  meet_on?: Dayjs;
  meet_at?: string;
}

/** Minutes after midnight of `14:30`. */
const minutesOf = (at: string | undefined): number | null => {
  const [hour, minute] = (at ?? '').split(':').map(Number);
  return hour === undefined || minute === undefined ? null : hour * 60 + minute;
};

function Note({ outlet, name, onClose }: { outlet?: string; name?: string; onClose: () => void }) {
  const t = useT('calls');
  const { today } = useMe();
  const [id] = useState(() => crypto.randomUUID());
  const [form] = Form.useForm<Noted>();
  const reached = (Form.useWatch('outcome', form) ?? 'reached') === 'reached';
  return (
    <ActionDrawer<Noted>
      open
      form={form}
      title={t('note')}
      consequence={t('noteHelp')}
      verb={t('save')}
      done={t('saved')}
      initial={{ outlet, name, outcome: 'reached', meet_at: '14:30' }}
      onClose={onClose}
      onSubmit={async ({ meet_on, meet_at, minute, ...said }) => {
        const now = Date.now() * 1000;
        const meet = meet_on ? { meet_on: meet_on.format('YYYY-MM-DD'), meet_minute: minutesOf(meet_at) } : {};
        await http.POST('/api/v1/field/calls', {
          body: { id, ...said, minute: minute ?? '', at_us: now, device_now_us: now, ...meet },
        });
        await refresh();
      }}
    >
      <Form.Item name="outlet" label={t('outlet')} rules={[{ required: true, message: t('needed') }]}>
        <PlacePick kind="outlet" />
      </Form.Item>
      <Form.Item name="name" label={t('contact')} rules={[{ required: true, whitespace: true, message: t('needed') }]}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="outcome" label={t('outcome')}>
        <Radio.Group options={(['reached', 'no_answer', 'declined'] as const).map((value) => ({ value, label: t(`outcomes.${value}`) }))} />
      </Form.Item>
      {reached && (
        <>
          <Form.Item name="minute" label={t('minute')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
            <Input.TextArea rows={4} maxLength={1000} showCount />
          </Form.Item>
          <Form.Item name="meet_on" label={t('meetOn')}>
            <DatePicker style={{ width: '100%' }} disabledDate={(day) => day.isBefore(dayjs(today), 'day')} />
          </Form.Item>
          <Form.Item name="meet_at" label={t('meetAt')}>
            <Input type="time" />
          </Form.Item>
        </>
      )}
    </ActionDrawer>
  );
}

function Close({ call, onClose }: { call: Call; onClose: () => void }) {
  const t = useT('calls');
  const [form] = Form.useForm<{ to: string; reason?: string }>();
  const to = Form.useWatch('to', form) ?? 'kept';
  return (
    <ActionDrawer<{ to: string; reason?: string }>
      open
      form={form}
      title={t('close')}
      consequence={call.minute}
      verb={t('close')}
      done={t('saved')}
      initial={{ to: 'kept' }}
      onClose={onClose}
      onSubmit={async (values) => {
        const params = { path: { id: call.id }, header: ifMatch(call.appointment?.version ?? 0) };
        await http.POST('/api/v1/field/calls/{id}/close', { params, body: { to: values.to, reason: values.reason ?? '' } });
        await refresh();
      }}
    >
      <Form.Item name="to" label={t('state')}>
        <Radio.Group options={(['kept', 'dropped'] as const).map((value) => ({ value, label: t(`states.${value}`) }))} />
      </Form.Item>
      {to === 'dropped' && (
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
          <Input.TextArea rows={3} maxLength={200} showCount />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
