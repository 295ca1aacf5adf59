import { useState } from 'react';
import { useLabel, useT } from '@/i18n';
import { Badge, Btn, Card, List, ListItem, Strip } from '../../kit';
import type { Visiting } from './hooks';
import { Chips, Later, shown } from './parts';
import { one, path, type Setup, type Solution, type Stop } from './records';
import { purposesFor } from './steps';

/** What to know before the door (R7.37): why one goes, how the last visit ended, who decides, what is in stock. */
export function Briefing({ stop, setup }: { stop: Stop; setup: Setup }) {
  const t = useT('phoneField');
  const label = useLabel('phoneField');
  const purposes = purposesFor(stop).map((id) => setup.purposes.find((one) => one.id === id)?.name ?? id);
  const { last } = stop;
  return (
    <>
      <Card title={t('brief.purpose')}>
        <div className="m-tools">
          {purposes.map((name) => (
            <Badge key={name} tone="info">
              {name}
            </Badge>
          ))}
        </div>
        {stop.target && <span>{stop.target}</span>}
      </Card>
      <Card title={t('brief.last')} extra={last ? <span className="m-muted">{last.day}</span> : undefined}>
        {last === null ? (
          <Strip>{t('brief.first')}</Strip>
        ) : (
          <>
            {last.scores.map((score) => (
              <div key={score.template} className="m-row">
                <span>{score.name}</span>
                <strong>{shown(score.score)}</strong>
              </div>
            ))}
            {last.next && <span>{t('brief.next', { text: last.next.text, day: last.next.due_on })}</span>}
            <span className="m-muted">{last.manager_name}</span>
          </>
        )}
      </Card>
      {stop.contacts.length > 0 && (
        <List label={t('brief.contacts')}>
          {stop.contacts.map((contact) => (
            <ListItem
              key={contact.name + contact.post}
              title={contact.name}
              note={[contact.post, label('powers', contact.power), contact.needs, contact.phone].filter(Boolean).join(' · ')}
            />
          ))}
        </List>
      )}
      {stop.stock.length > 0 && (
        <details className="m-card">
          <summary>{t('brief.stock', { count: stop.stock.length })}</summary>
          <List label={t('brief.stock', { count: stop.stock.length })}>
            {stop.stock.map((one) => (
              <ListItem key={one.product} title={one.name} note={t('stock.sold', { count: one.sold })} value={one.book} />
            ))}
          </List>
        </details>
      )}
    </>
  );
}

const WAYS = ['now', 'bring', 'agree', 'support'] as const;

/** What is to be done about each open issue, before the door (R7.42): a tap, or in words. */
export function Solutions({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const { issues } = visiting.stop;
  if (issues.length === 0) return null;
  return (
    <>
      <h2>{t('issue.title', { count: issues.length })}</h2>
      {issues.map((issue) => (
        <Issue key={issue.id} issue={issue} visiting={visiting} />
      ))}
    </>
  );
}

const kindOf = (kind: string) => (kind === 'promise' ? 'issue.promise' : kind === 'launch' ? 'issue.launch' : 'issue.correction');

function Issue({ issue, visiting }: { issue: Stop['issues'][number]; visiting: Visiting }) {
  const t = useT('phoneField');
  const [typing, setTyping] = useState(false);
  const at = path.issue(issue.id);
  const known = one<Solution>(visiting.fields, at);
  const say = (text: string) => void visiting.write([{ path: at, value: text.trim() ? { text, solved: known?.solved ?? false } : null }]);
  const ways = WAYS.map((way) => ({ value: t(`issue.${way}`), label: t(`issue.${way}`) }));
  const own = known !== undefined && !ways.some((way) => way.value === known.text);
  return (
    <Card title={issue.text} extra={issue.overdue ? <Badge tone="bad">{t('issue.overdue')}</Badge> : undefined}>
      <span className="m-muted">
        {t(kindOf(issue.kind), { day: issue.since })}
        {issue.due_on && ` · ${t('issue.due', { day: issue.due_on })}`}
      </span>
      <Chips label={t('issue.how')} value={known?.text ?? ''} options={ways} onChange={say} />
      {typing || own ? (
        <Later label={t('issue.words')} value={own ? known.text : ''} onKeep={say} />
      ) : (
        <Btn onClick={() => setTyping(true)}>{t('issue.words')}</Btn>
      )}
      {one(visiting.fields, path.checkIn) !== undefined && known && (
        <Chips
          label={t('issue.result')}
          value={known.solved ? 'solved' : 'open'}
          options={(['solved', 'open'] as const).map((value) => ({ value, label: t(`issue.${value}`) }))}
          onChange={(value) => void visiting.write([{ path: at, value: { ...known, solved: value === 'solved' } }])}
        />
      )}
    </Card>
  );
}
