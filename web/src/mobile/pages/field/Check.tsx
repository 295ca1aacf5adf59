import { useState } from 'react';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { dayPlus } from '@/shared/format/time';
import { Badge, Btn, Card, List, ListItem, Sheet, TextField } from '../../kit';
import { widen, type Shot } from './draft';
import { useMark, type Visiting } from './hooks';
import { Camera, Chips, Later, shown, Thumb } from './parts';
import { path, type Act, type Correction } from './records';
import { contextOf, moreTemplates, type ToFix } from './steps';

/** Checklists of the visit with their scores, and what is to be put right before leaving. */
export function Check({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const [adding, setAdding] = useState(false);
  const { sheets, stop, setup, as, visit, fixes } = visiting;
  const more = moreTemplates(setup, contextOf(stop.outlet, as.header.purposes ?? []), as.header.templates ?? {});
  return (
    <>
      <List label={t('check.lists')}>
        {sheets.map(({ template, outcome }) => (
          <ListItem
            key={template.id}
            title={template.name}
            note={t('visit.answered', { done: outcome.answered, of: outcome.asked })}
            value={shown(outcome.score)}
            to={`/field/visit/${encodeURIComponent(stop.outlet.code)}/check/${template.id}`}
          />
        ))}
      </List>
      {visit && more.length > 0 && <Btn onClick={() => setAdding(true)}>{t('check.add')}</Btn>}
      {visit && adding && (
        <Sheet open title={t('check.add')} onClose={() => setAdding(false)}>
          <List label={t('check.add')}>
            {more.map((template) => (
              <ListItem
                key={template.id}
                title={template.name}
                note={template.about}
                onClick={() => void widen(visit.owner, visit.id, { templates: [template] }).then(() => setAdding(false))}
              />
            ))}
          </List>
        </Sheet>
      )}
      {fixes.length > 0 && <h2>{t('fix.title')}</h2>}
      {fixes.map((fix) => (
        <Fix key={`${fix.template}.${fix.item}`} fix={fix} visiting={visiting} />
      ))}
    </>
  );
}

const ACTS: Act[] = ['fixed', 'task', 'ticket', 'cannot'];

/** A failed item: put right, a task with its day, a ticket, or why it cannot be (R7.265). */
function Fix({ fix, visiting }: { fix: ToFix; visiting: Visiting }) {
  const t = useT('phoneField');
  const mark = useMark(visiting.stop);
  const at = path.fix(fix.template, fix.item);
  const known = fix.fix;
  const write = (patch: Partial<Correction>, shots: Shot[] = []) => {
    const before: Correction = known ?? { act: 'fixed', due_on: null, after: null, note: '' };
    return visiting.write([{ path: at, value: { ...before, ...patch } }], shots);
  };
  const act = (next: Act) =>
    write({ act: next, due_on: next === 'task' || next === 'ticket' ? (known?.due_on ?? dayPlus(visiting.as.day, 7)) : null });
  return (
    <Card title={fix.name} extra={fix.worth > 0 ? <strong>{t('fix.month', { worth: yuan(fix.worth) })}</strong> : undefined}>
      {fix.veto && <Badge tone="bad">{t('item.veto')}</Badge>}
      <Chips
        label={t('fix.how', { what: fix.name })}
        value={known?.act ?? ''}
        options={ACTS.map((value) => ({ value, label: t(`fix.${value}`) }))}
        onChange={(next) => void act(next as Act)}
      />
      {known?.due_on && (
        <TextField label={t('fix.due')} type="date" value={known.due_on} onChange={(due_on) => due_on && void write({ due_on })} />
      )}
      {known?.act === 'fixed' && (
        <>
          {known.after && visiting.visit && (
            <div className="m-photos">
              <Thumb visit={visiting.visit.id} sha256={known.after} name={t('fix.after')} />
            </div>
          )}
          <Camera mark={mark} onShot={(shot) => write({ after: shot.sha256 }, [shot])}>
            {t('fix.after')}
          </Camera>
        </>
      )}
      {known && known.act !== 'fixed' && <Later label={t('fix.note')} value={known.note} onKeep={(note) => void write({ note })} />}
    </Card>
  );
}
