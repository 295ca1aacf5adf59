import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { clock, dateTime, dayPlus, instant } from '@/shared/format/time';
import { Badge, Btn, Card, Empty, List, ListItem, Loaded, Page, Sheet, Strip, TextBox, TextField, toast } from '../../kit';
import { useLocal, useOwner, useSending, useToday } from './hooks';
import { readDiary } from './kept';
import { Chips, Unsent } from './parts';
import { LIVE, sendNow } from './sending';
import { keepTask, tasksOf, type PutOff, type Wish } from './tasks';

type Diary = Schema<'DiaryDay'>;
type Due = Diary['tasks'][number];
type Waiting = Extract<Wish, { kind: 'diary' }>;

/** The day as it wrote itself: sent with one tap, read and answered by the supervisor (R1.7, R2.25). */
export default function DiaryPage() {
  const t = useT('phoneField');
  const { login } = useOwner();
  const day = useToday();
  const query = useQuery({
    queryKey: [...LIVE, 'diary', login, day],
    queryFn: () => readDiary(login, day),
    networkMode: 'always',
    retry: false,
  });
  const task = useLocal(
    async () => (await tasksOf(login)).find((one) => one.wish.kind === 'diary' && one.wish.day === day),
    `${login} ${day}`,
  );
  const waiting = task?.wish.kind === 'diary' ? task.wish : undefined;
  return (
    <Page title={t('diary.title', { day })} back="/field">
      <Unsent />
      {task?.refused && <Strip tone="bad">{task.refused}</Strip>}
      <Loaded query={query} rows={6}>
        {({ data, old }) => (
          <>
            {old && <Strip tone="warn">{t('outlets.old')}</Strip>}
            <Day key={data.version} diary={data} waiting={waiting} owner={login} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Day({ diary, waiting, owner }: { diary: Diary; waiting: Waiting | undefined; owner: string }) {
  const t = useT('phoneField');
  const [note, setNote] = useState<string>();
  const [putOff, setPutOff] = useState<Record<string, PutOff>>({});
  const [putting, setPutting] = useState<Due>();
  const { unsent } = useSending();
  const later: Record<string, PutOff> = { ...Object.fromEntries((waiting?.put_off ?? []).map((one) => [one.record, one])), ...putOff };
  const words = note ?? waiting?.note ?? diary.note;
  const open = diary.tasks.filter((task) => !later[task.record] && !task.put_off_to);
  const visits = unsent.writes + unsent.photos;
  const send = async () => {
    const put_off = Object.values(later);
    await keepTask(owner, { kind: 'diary', day: diary.day, version: diary.version, put_off, note: words.trim() });
    toast(t('diary.kept'));
    await sendNow();
  };
  const blocked = open.length > 0 ? t('diary.open', { count: open.length }) : diary.may_send ? undefined : t('diary.mayNot');
  return (
    <>
      <State diary={diary} waiting={waiting !== undefined} />
      <Figures diary={diary} />
      <Lines diary={diary} />
      {diary.tasks.length > 0 && <h2>{t('diary.tasks', { count: diary.tasks.length })}</h2>}
      {diary.tasks.map((task) => (
        <TaskCard key={task.record} task={task} later={later[task.record]} onPutOff={() => setPutting(task)} />
      ))}
      <TextBox label={t('diary.note')} rows={3} max={2000} value={words} onChange={setNote} />
      {visits > 0 && <Strip tone="warn">{t('diary.before', { count: visits })}</Strip>}
      <Btn kind="main" wide blocked={blocked} onClick={() => void send()}>
        {diary.sent_us === null ? t('diary.send') : t('diary.sendAgain')}
      </Btn>
      {putting && (
        <PutOffSheet
          task={putting}
          day={diary.day}
          onClose={() => setPutting(undefined)}
          onKeep={(one) => {
            setPutOff({ ...putOff, [one.record]: one });
            setPutting(undefined);
          }}
        />
      )}
    </>
  );
}

function State({ diary, waiting }: { diary: Diary; waiting: boolean }) {
  const t = useT('phoneField');
  if (waiting) return <Strip tone="warn">{t('diary.waiting')}</Strip>;
  return (
    <>
      {diary.sent_us !== null && <Strip>{t('diary.sent', { at: dateTime(instant(diary.sent_us)) })}</Strip>}
      {diary.answer !== '' && (
        <Card title={t('diary.answer', { name: diary.answered_by_name || diary.answered_by })}>
          <p style={{ whiteSpace: 'pre-wrap' }}>{diary.answer}</p>
        </Card>
      )}
    </>
  );
}

function Figures({ diary }: { diary: Diary }) {
  const t = useT('phoneField');
  const { visits, minutes, promises } = diary;
  const figures = [
    [t('diary.visits'), t('diary.visitsOf', { counted: visits.counted, held: visits.held, open: visits.open })],
    [t('diary.planned'), `${diary.kept} / ${diary.planned}`],
    [t('diary.minutes'), t('diary.minutesOf', { inside: minutes.inside, between: minutes.between })],
    [t('diary.promises'), `${promises.in_time} / ${promises.due}`],
  ];
  return (
    <div className="m-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <div className="m-muted">{name}</div>
          <strong>{value}</strong>
        </div>
      ))}
    </div>
  );
}

function Lines({ diary }: { diary: Diary }) {
  const t = useT('phoneField');
  const label = useLabel('phoneField');
  if (diary.lines.length === 0) return <Empty title={t('diary.nothing')} help={t('diary.nothingHelp')} />;
  return (
    <List label={t('diary.lines')}>
      {diary.lines.map((line) => (
        <ListItem
          key={`${line.what} ${line.record} ${line.at_us}`}
          title={line.text}
          note={[label('what', line.what), line.outlet_name].filter(Boolean).join(' · ')}
          value={line.at_us === 0 ? undefined : clock(instant(line.at_us))}
        />
      ))}
    </List>
  );
}

function TaskCard({ task, later, onPutOff }: { task: Due; later: PutOff | undefined; onPutOff: () => void }) {
  const t = useT('phoneField');
  const label = useLabel('phoneField');
  const to = later?.to ?? task.put_off_to;
  return (
    <Card title={task.text} extra={task.carried > 0 ? <Badge tone="warn">{t('diary.carried', { count: task.carried })}</Badge> : undefined}>
      <span className="m-muted">
        {label('kinds', task.kind)} · {t('issue.due', { day: task.due_on })}
      </span>
      {to ? <Badge tone="info">{t('diary.putOff', { day: to, reason: later?.reason ?? task.put_off_reason })}</Badge> : null}
      <Btn onClick={onPutOff}>{to ? t('diary.putOffAgain') : t('diary.doLater')}</Btn>
    </Card>
  );
}

const WHYS = ['customer', 'goods', 'time', 'others'] as const;

/** Another day for a task, and why: today is not closed with it open (R7.96). */
function PutOffSheet({ task, day, onClose, onKeep }: { task: Due; day: string; onClose: () => void; onKeep: (one: PutOff) => void }) {
  const t = useT('phoneField');
  const [to, setTo] = useState(dayPlus(day, 1));
  const [reason, setReason] = useState('');
  const why = to <= day ? t('diary.past') : reason.trim().length < 2 ? t('diary.reasonMissing') : undefined;
  return (
    <Sheet open title={task.text} onClose={onClose}>
      <Chips
        label={t('diary.when')}
        value={to}
        options={[1, 2, 3, 7].map((days) => ({ value: dayPlus(day, days), label: t('close.in', { days }) }))}
        onChange={setTo}
      />
      <TextField label={t('diary.when')} type="date" value={to} onChange={setTo} />
      <Chips
        label={t('diary.why')}
        value={reason}
        options={WHYS.map((one) => ({ value: t(`diary.${one}`), label: t(`diary.${one}`) }))}
        onChange={setReason}
      />
      <TextField label={t('diary.why')} value={reason} onChange={setReason} />
      <Btn kind="main" wide blocked={why} onClick={() => onKeep({ record: task.record, to, reason: reason.trim() })}>
        {t('diary.keep')}
      </Btn>
    </Sheet>
  );
}
