import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useT } from '@/i18n';
import { Badge, Btn, Card, Empty, List, ListItem, Loaded, Page, Segments, Sheet, Strip, TextBox, toast } from '../../kit';
import { useLocal, useOwner } from './hooks';
import { readPromises } from './kept';
import { shown, Unsent } from './parts';
import { LIVE } from './sending';
import { keepTask, tasksOf } from './tasks';
import type { Schema } from '@/api/client';

type FieldPromise = Schema<'FieldPromise'>;

const ENDS = ['kept', 'broken', 'released'] as const;
type End = (typeof ENDS)[number];

/** What was promised and is open, the longest due first; kept, broken or let go with a word (R7.77). */
export default function PromisesPage() {
  const t = useT('phoneField');
  const { login } = useOwner();
  const [closing, setClosing] = useState<FieldPromise>();
  const query = useQuery({
    queryKey: [...LIVE, 'promises', login],
    queryFn: () => readPromises(login),
    networkMode: 'always',
    retry: false,
  });
  const tasks = useLocal(() => tasksOf(login), login) ?? [];
  const closed = new Set(tasks.flatMap((task) => (task.wish.kind === 'close' ? [task.wish.promise] : [])));
  const made = tasks.flatMap((task) => (task.wish.kind === 'promise' ? [task.wish.promise] : []));
  return (
    <Page title={t('promise.title')} back="/field">
      <Unsent />
      {made.length > 0 && (
        <List label={t('promise.waiting')}>
          {made.map((one) => (
            <ListItem
              key={one.id}
              title={one.text}
              note={`${one.outletName} · ${one.due_on}`}
              value={<Badge tone="warn">{t('outbox.here')}</Badge>}
            />
          ))}
        </List>
      )}
      <Loaded query={query} rows={4}>
        {({ data, old }) => (
          <>
            {old && <Strip tone="warn">{t('outlets.old')}</Strip>}
            <Card title={t('promise.rate')} extra={<strong>{shown(data.kept.rate)}</strong>}>
              <span className="m-muted">
                {t('promise.counts', { due: data.kept.due, inTime: data.kept.in_time, late: data.kept.late, broken: data.kept.broken })}
              </span>
            </Card>
            {data.rows.length === 0 && <Empty title={t('promise.none')} help={t('promise.noneHelp')} />}
            <List label={t('promise.title')}>
              {data.rows.map((row) => (
                <ListItem
                  key={row.id}
                  title={
                    <>
                      {row.text} {row.overdue && <Badge tone="bad">{t('issue.overdue')}</Badge>}
                    </>
                  }
                  note={`${row.outlet_name} · ${t('issue.due', { day: row.due_on })}`}
                  value={closed.has(row.id) ? <Badge tone="warn">{t('outbox.here')}</Badge> : undefined}
                  onClick={() => setClosing(row)}
                />
              ))}
            </List>
          </>
        )}
      </Loaded>
      {closing && <CloseSheet promise={closing} owner={login} onClose={() => setClosing(undefined)} />}
    </Page>
  );
}

function CloseSheet({ promise, owner, onClose }: { promise: FieldPromise; owner: string; onClose: () => void }) {
  const t = useT('phoneField');
  const [to, setTo] = useState<End>('kept');
  const [reason, setReason] = useState('');
  const close = async () => {
    await keepTask(owner, { kind: 'close', promise: promise.id, text: promise.text, version: promise.version, to, reason: reason.trim() });
    toast(t('promise.closed'));
    onClose();
  };
  return (
    <Sheet open title={promise.text} onClose={onClose}>
      <Segments
        label={t('promise.how')}
        value={to}
        options={ENDS.map((value) => ({ value, label: t(`promise.${value}`) }))}
        onChange={(value) => setTo(value as End)}
      />
      <TextBox label={to === 'kept' ? t('promise.words') : t('promise.reason')} rows={2} max={200} value={reason} onChange={setReason} />
      <Btn
        kind="main"
        wide
        blocked={to !== 'kept' && reason.trim().length < 2 ? t('promise.reasonMissing') : undefined}
        onClick={() => void close()}
      >
        {t('promise.close')}
      </Btn>
    </Sheet>
  );
}
