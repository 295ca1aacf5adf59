import { useEffect, useState } from 'react';
import { useT } from '@/i18n';
import { Badge, Card, Strip } from '../../kit';
import type { Visiting } from './hooks';
import { Chips, shown as asShare } from './parts';
import { many, one, path, type CheckIn, type Ending, type Goal } from './records';
import { concluded, doneWith, dueAgain, isAbout, resultOf } from './steps';

const REACHED = ['reached', 'prepared', 'together'] as const;
const MISSED = ['missed', 'absent', 'goods', 'price', 'rival'] as const;

/** The phone's clock, milliseconds, looked at twice a minute. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** What is written when one leaves, to be looked at and changed before: goals against results, what is next, steps left out. */
export function Wrap({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const { setup, as, fields, sheets, stop } = visiting;
  const ending = one<Ending>(fields, path.ending);
  const entered = one<CheckIn>(fields, path.checkIn);
  const now = useNow();
  const minutes = entered ? Math.max(0, Math.floor((now - entered.at_us / 1000) / 60_000)) : 0;
  const ready = doneWith(setup, as, fields);
  const meet = (name: string) => {
    if (!entered) return;
    const met = entered.met.includes(name) ? entered.met.filter((each) => each !== name) : [...entered.met, name];
    void visiting.write([{ path: path.checkIn, value: { ...entered, met } }]);
  };
  const aside = setup.steps.filter(
    (step) =>
      !['close', 'leave', 'report'].includes(step.id) &&
      one(fields, path.step(step.id)) === undefined &&
      !ready.includes(step.id) &&
      !isAbout(step.id, as.header.purposes ?? []),
  );
  return (
    <Card title={t('wrap.title')}>
      {entered && stop.contacts.length > 0 && (
        <>
          <span>{t('greet.met')}</span>
          <Chips
            label={t('greet.met')}
            value={entered.met}
            options={stop.contacts.map(({ name }) => ({ value: name, label: name }))}
            onChange={meet}
          />
        </>
      )}
      {many<Goal>(fields, 'goal').map(([id, goal]) => (
        <GoalLine key={id} id={id} goal={goal} visiting={visiting} result={resultOf(goal, as, fields, sheets)} />
      ))}
      <div className="m-row">
        <span>{t('wrap.next')}</span>
        <span style={{ textAlign: 'right' }}>
          {ending?.order && `${t('close.order')} ${ending.order} `}
          {ending?.next
            ? t('wrap.nextOn', { text: ending.next.text, day: ending.next.due_on })
            : ending?.reason || (!ending && t('wrap.nextOn', { text: t('wrap.again'), day: dueAgain(setup, stop.outlet.class, as.day) }))}
        </span>
      </div>
      {aside.length > 0 && (
        <div className="m-tools">
          <span>{t('wrap.aside', { reason: t('skip.aside') })}</span>
          {aside.map((step) => (
            <Badge key={step.id}>{step.name}</Badge>
          ))}
        </div>
      )}
      {minutes < setup.limits.least_minutes && <Strip tone="warn">{t('wrap.short', { minutes, least: setup.limits.least_minutes })}</Strip>}
    </Card>
  );
}

interface GoalProps {
  id: string;
  goal: Goal;
  visiting: Visiting;
  result: ReturnType<typeof resultOf>;
}

/** Purposes whose results are hundredths of a percent. */
const SHARES = new Set(['display', 'serve', 'stock']);

const told = (goal: Goal, number: number) => (SHARES.has(goal.purpose) ? asShare(number) : number);

/** A goal against its result, and why: as the visit knows it, or as the manager says (R7.57, R7.58). */
export function GoalLine({ id, goal, visiting, result }: GoalProps) {
  const t = useT('phoneField');
  const shown = concluded(goal, result, { reached: t('wrap.reached'), missed: t('wrap.missed') });
  const write = (patch: Partial<Goal>) => void visiting.write([{ path: path.goal(id), value: { ...goal, ...patch } }]);
  const reasons = (shown.achieved ? REACHED : MISSED).map((why) => ({ value: t(`wrap.${why}`), label: t(`wrap.${why}`) }));
  return (
    <div className="m-record">
      <div className="m-row">
        <span>{goal.text}</span>
        {shown.result !== null && (
          <strong>{t('wrap.result', { result: told(goal, shown.result), target: told(goal, goal.target) })}</strong>
        )}
      </div>
      <Chips
        label={t('wrap.achieved', { goal: goal.text })}
        value={shown.achieved ? 'yes' : 'no'}
        options={(['yes', 'no'] as const).map((value) => ({ value, label: t(`wrap.${value}`) }))}
        onChange={(value) => write({ achieved: value === 'yes', reason: '' })}
      />
      <Chips
        label={t('wrap.why', { goal: goal.text })}
        value={shown.reason}
        options={reasons}
        onChange={(reason) => write({ achieved: shown.achieved, reason })}
      />
    </div>
  );
}
