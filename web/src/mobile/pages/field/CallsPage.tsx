import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { dayPlus } from '@/shared/format/time';
import { minuteClock } from '@/shared/field/minutes';
import {
  Badge,
  Btn,
  Card,
  Empty,
  List,
  ListItem,
  Loaded,
  Page,
  Progress,
  Segments,
  Sheet,
  Strip,
  TextBox,
  TextField,
  toast,
} from '../../kit';
import { useLocal, useOwner, useToday } from './hooks';
import { nowUs, ulid } from './ids';
import { readCalls } from './kept';
import { Unsent } from './parts';
import { LIVE } from './sending';
import { keepTask, tasksOf, type CallWish } from './tasks';

type Candidate = Schema<'FieldCallCandidate'>;
type CallDay = Schema<'FieldCallDay'>;

interface Whom {
  outlet: string;
  outletName: string;
  name: string;
}

/** Sentences that are said most: one tap notes a call with its minute. */
const READY = ['fine', 'material', 'commission', 'visit'] as const;

/** 上午打电话: whom to call, noted in two taps, with or without a network; how many there are of the day and week (R7.86, R8.130). */
export default function CallsPage() {
  const t = useT('phoneCalls');
  const { login } = useOwner();
  const today = useToday();
  const [calling, setCalling] = useState<Whom>();
  const query = useQuery({
    queryKey: [...LIVE, 'calls', login, today],
    queryFn: () => readCalls(login, today),
    networkMode: 'always',
    retry: false,
  });
  const tasks = useLocal(() => tasksOf(login), login) ?? [];
  const waiting = tasks.flatMap((task) => (task.wish.kind === 'call' ? [task.wish.call] : []));
  const note = async (call: Pick<CallWish, 'outcome' | 'minute' | 'meet_on'>) => {
    if (!calling) return;
    await keepTask(login, { kind: 'call', call: { id: ulid(), ...calling, ...call, at_us: nowUs() } });
    toast(t('noted'));
    setCalling(undefined);
  };
  return (
    <Page title={t('title')} back="/field">
      <Unsent />
      <Loaded query={query} rows={5}>
        {({ data, old }) => (
          <>
            {old && <Strip tone="warn">{t('old')}</Strip>}
            <Counts day={data} waiting={waiting.length} />
            <Agreed day={data} />
            <Whoms rows={data.candidates.filter((row) => !waiting.some((one) => one.outlet === row.code))} onCall={setCalling} />
            <Card
              title={t('afternoon', { from: minuteClock(data.visits_from), to: minuteClock(data.visits_to) })}
              extra={<span className="m-muted">{t('visits', { count: data.visits.length })}</span>}
            >
              <span>{data.visits.map((one) => one.name).join('、') || t('noVisits')}</span>
            </Card>
          </>
        )}
      </Loaded>
      {calling && <NoteSheet whom={calling} today={today} onNote={note} onClose={() => setCalling(undefined)} />}
    </Page>
  );
}

function Counts({ day, waiting }: { day: CallDay; waiting: number }) {
  const t = useT('phoneCalls');
  const made = day.today.made + waiting;
  return (
    <Card title={t('today', { made, target: day.today.target })} extra={made >= day.today.target && <Badge tone="good">{t('met')}</Badge>}>
      <Progress share={day.today.target === 0 ? 1 : Math.min(1, made / day.today.target)} label={t('progress')} />
      <span className="m-muted">{t('week', { made: day.week.made + waiting, target: day.week.target })}</span>
    </Card>
  );
}

function Agreed({ day }: { day: CallDay }) {
  const t = useT('phoneCalls');
  if (day.appointments.length === 0) return null;
  return (
    <List label={t('appointments')}>
      {day.appointments.map((row) => (
        <ListItem
          key={row.id}
          title={row.outlet_name || row.name}
          note={[row.appointment?.on, row.appointment && minuteClock(row.appointment.minute), row.minute].filter(Boolean).join(' · ')}
          value={row.appointment?.overdue ? <Badge tone="bad">{t('overdue')}</Badge> : undefined}
          to={row.outlet ? `/field/visit/${encodeURIComponent(row.outlet)}` : undefined}
        />
      ))}
    </List>
  );
}

function Whoms({ rows, onCall }: { rows: readonly Candidate[]; onCall: (whom: Whom) => void }) {
  const t = useT('phoneCalls');
  if (rows.length === 0) return <Empty title={t('nobody')} help={t('nobodyHelp')} />;
  const whoms = rows.flatMap((row) => {
    const contacts = row.contacts.length > 0 ? row.contacts : [{ name: t('owner'), post: '', phone: '' }];
    return contacts.map((one) => ({ row, ...one }));
  });
  return (
    <List label={t('whom')}>
      {whoms.map(({ row, name, post, phone }) => (
        <ListItem
          key={`${row.code} ${name}`}
          title={`${row.name} ${name}`}
          note={[post, phone, row.last_on ? t('last', { day: row.last_on }) : t('never')].filter(Boolean).join(' · ')}
          onClick={() => onCall({ outlet: row.code, outletName: row.name, name })}
        />
      ))}
    </List>
  );
}

interface NoteProps {
  whom: Whom;
  today: string;
  onNote: (call: Pick<CallWish, 'outcome' | 'minute' | 'meet_on'>) => Promise<void>;
  onClose: () => void;
}

/** The second tap: what became of the call. Whoever wants to write more does. */
function NoteSheet({ whom, today, onNote, onClose }: NoteProps) {
  const t = useT('phoneCalls');
  const [more, setMore] = useState(false);
  const [minute, setMinute] = useState('');
  const [meet, setMeet] = useState('none');
  const [on, setOn] = useState(today);
  const plain = (outcome: CallWish['outcome'], said: string) => void onNote({ outcome, minute: said, meet_on: null });
  return (
    <Sheet open title={`${whom.outletName} ${whom.name}`} onClose={onClose}>
      {READY.map((key) => (
        <Btn key={key} wide onClick={() => plain('reached', t(`ready.${key}`))}>
          {t(`ready.${key}`)}
        </Btn>
      ))}
      <Btn wide onClick={() => plain('no_answer', '')}>
        {t('outcomes.no_answer')}
      </Btn>
      <Btn wide onClick={() => plain('declined', '')}>
        {t('outcomes.declined')}
      </Btn>
      {!more && (
        <Btn wide onClick={() => setMore(true)}>
          {t('write')}
        </Btn>
      )}
      {more && (
        <>
          <TextBox label={t('minute')} rows={3} max={1000} value={minute} onChange={setMinute} />
          <Segments
            label={t('meet')}
            value={meet}
            options={(['none', 'tomorrow', 'other'] as const).map((value) => ({ value, label: t(`meets.${value}`) }))}
            onChange={setMeet}
          />
          {meet === 'other' && <TextField label={t('meetOn')} type="date" value={on} onChange={setOn} />}
          <Btn
            kind="main"
            wide
            blocked={minute.trim().length < 2 ? t('minuteMissing') : meet === 'other' && on < today ? t('meetPast') : undefined}
            onClick={() =>
              void onNote({
                outcome: 'reached',
                minute: minute.trim(),
                meet_on: meet === 'none' ? null : meet === 'tomorrow' ? dayPlus(today, 1) : on,
              })
            }
          >
            {t('save')}
          </Btn>
        </>
      )}
    </Sheet>
  );
}
