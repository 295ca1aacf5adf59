import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { Badge, Btn, Card, Empty, List, ListItem, Page, Strip, useOnline } from '../../kit';
import { picturesOf, total, visitsOf, writesOf } from './draft';
import { useLocal, useOwner, useSending } from './hooks';
import { sendNow } from './sending';
import { dropTask, tasksOf, type Task, type Wish } from './tasks';

/** What is on this phone only, what the server refused and why, and sending it now. */
export default function OutboxPage() {
  const t = useT('phoneField');
  const { login } = useOwner();
  const { busy, unsent, doneAt, trouble } = useSending();
  const online = useOnline();
  const visits = useLocal(async () => {
    const all = await visitsOf(login);
    return Promise.all(
      all.map(async (visit) => {
        const pictures = await picturesOf(login, visit.id);
        return {
          visit,
          writes: await writesOf(login, visit.id),
          photos: pictures.length,
          refusedPhotos: pictures.flatMap((one) => one.refused ?? []),
        };
      }),
    );
  }, login);
  const tasks = useLocal(() => tasksOf(login), login) ?? [];
  const waiting = total(unsent);
  const blocked = waiting === 0 ? t('outbox.empty') : online ? undefined : t('outbox.offline');
  return (
    <Page
      title={t('outbox.title')}
      back="/field"
      foot={
        <Btn kind="main" wide busy={busy} blocked={blocked} onClick={() => void sendNow(true)}>
          {busy ? t('outbox.sending') : t('outbox.send')}
        </Btn>
      }
    >
      <Card title={t('outbox.unsent', { count: waiting })}>
        <span className="m-muted">{t('outbox.parts', { writes: unsent.writes, photos: unsent.photos, others: unsent.others })}</span>
        {doneAt !== undefined && <span className="m-muted">{t('prepare.sent', { at: dateTime(new Date(doneAt)) })}</span>}
        <span className="m-muted">{t('outbox.safe')}</span>
      </Card>
      {trouble && <Strip tone="bad">{trouble}</Strip>}
      <List label={t('outbox.visits')}>
        {visits?.map(({ visit, writes, photos, refusedPhotos }) => {
          const refused = [visit.refused?.text, ...writes.map((one) => one.refused?.text), ...refusedPhotos].filter(Boolean);
          return (
            <ListItem
              key={visit.id}
              title={`${visit.stop.outlet.name} ${visit.day}`}
              note={refused[0] ?? (visit.conflicts.length > 0 ? t('outbox.torn') : t('outbox.of', { writes: writes.length, photos }))}
              value={
                refused.length > 0 || visit.conflicts.length > 0 ? (
                  <Badge tone="bad">{t('outbox.look')}</Badge>
                ) : visit.done ? (
                  <Badge tone="good">{t('stop.sent')}</Badge>
                ) : (
                  <Badge tone="warn">{t('outbox.here')}</Badge>
                )
              }
              to={`/field/visit/${encodeURIComponent(visit.stop.outlet.code)}`}
            />
          );
        })}
      </List>
      {visits?.length === 0 && tasks.length === 0 && <Empty title={t('outbox.empty')} />}
      {tasks.map((task) => (
        <TaskCard key={task.id} task={task} />
      ))}
    </Page>
  );
}

function TaskCard({ task }: { task: Task }) {
  const t = useT('phoneField');
  const { wish } = task;
  const words = wordsOf(wish);
  return (
    <Card
      title={t(`task.${wish.kind}`)}
      extra={<Badge tone={task.refused ? 'bad' : 'warn'}>{task.refused ? t('outbox.look') : t('outbox.here')}</Badge>}
    >
      <span>{words}</span>
      {task.refused && <Strip tone="bad">{task.refused}</Strip>}
      {task.refused && (
        <Btn kind="bad" onClick={() => void dropTask(task)}>
          {t('task.drop')}
        </Btn>
      )}
    </Card>
  );
}

function wordsOf(wish: Wish): string {
  if (wish.kind === 'call') return [wish.call.outletName, wish.call.name, wish.call.minute].filter(Boolean).join(' · ');
  if (wish.kind === 'promise') return wish.promise.text;
  return wish.kind === 'close' ? wish.text : wish.day;
}
