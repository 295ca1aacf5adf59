import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { answer, http, queries } from '@/api/client';
import { holds, type Me } from '@/api/me';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { dateTime, dayPlus, weekday } from '@/shared/format/time';
import { Badge, Btn, Card, Empty, List, ListItem, Loaded, Page, Progress, Strip, Trouble, toast } from '../../kit';
import { fieldsOf, sweep, type Visit } from './draft';
import { useDay, useLocal, useOwner, usePrepared, useSending, useSetup, useToday, useVisits, visitAt } from './hooks';
import { prepare, type Kept } from './kept';
import { Unsent } from './parts';
import { one, path, type Day, type Stop } from './records';
import { isOver, urgent } from './steps';
import { Remedies } from './Remedies';
import { LIVE } from './sending';

/** For how many days visits that were sent stay on the phone. */
const WEEK = 7;

/** The day: stops in their order, how far it is, what is not with the server yet. */
export default function TodayPage() {
  const t = useT('phoneField');
  const me = useOwner();
  const day = useDay();
  const today = useToday();
  useEffect(() => void sweep(me.login, dayPlus(today, -WEEK)), [me.login, today]);
  return (
    <Page title={t('today.title')}>
      <Unsent />
      <Loaded query={day} rows={5}>
        {(found) => <Whole found={found} today={today} me={me} />}
      </Loaded>
      <Remedies />
      <List label={t('today.more')}>
        <ListItem title={t('today.calls')} note={t('today.callsHelp')} to="/field/calls" />
        <ListItem title={t('today.roadshows')} to="/roadshows" />
        <ListItem title={t('today.unplanned')} note={t('today.unplannedHelp')} to="/field/outlets" />
        <ListItem title={t('today.diary')} note={t('today.diaryHelp')} to="/field/diary" />
        <ListItem title={t('review.title')} note={t('review.help')} to="/field/review" />
        <ListItem title={t('today.promises')} to="/field/promises" />
        {holds(me, 'display.manage') && <ListItem title={t('today.rescores')} to="/rescores" />}
        <ListItem title={t('today.outbox')} to="/field/outbox" />
      </List>
      {day.data === undefined && <Prepare me={me} />}
    </Page>
  );
}

function Whole({ found, today, me }: { found: Kept<Day>; today: string; me: Me }) {
  const t = useT('phoneField');
  const visits = useVisits() ?? [];
  const { stops, travel_minutes: travel } = found.data;
  const own = stops.map((stop) => visitAt(visits, stop.outlet.code, today));
  const extra = visits.filter((visit) => visit.day === today && !stops.some((stop) => stop.outlet.code === visit.stop.outlet.code));
  const left = useLeft(visits, today);
  const finished = (stop: Stop, visit: Visit | undefined) => (visit ? left.has(visit.id) : isOver(stop.visit_state));
  const done = stops.filter((stop, at) => finished(stop, own[at])).length;
  const next = stops.findIndex((stop, at) => !finished(stop, own[at]));
  return (
    <>
      {found.old && <Strip tone="warn">{t('today.old', { at: dateTime(new Date(found.at)) })}</Strip>}
      <Card title={`${today} ${weekday(today)}`} extra={<span className="m-muted">{t('today.done', { done, of: stops.length })}</span>}>
        <Progress share={stops.length === 0 ? 0 : done / stops.length} label={t('today.progress')} />
        {travel > 0 && <span className="m-muted">{t('today.travel', { minutes: travel })}</span>}
      </Card>
      {stops.length === 0 && <NoPlan me={me} day={today} />}
      <First stops={stops.filter((stop, at) => !finished(stop, own[at]))} />
      <List label={t('today.stops')}>
        {stops.map((stop, at) => (
          <StopLine key={stop.outlet.code} stop={stop} visit={own[at]} over={finished(stop, own[at])} next={at === next} />
        ))}
        {extra.map((visit) => (
          <StopLine key={visit.id} stop={visit.stop} visit={visit} over={left.has(visit.id)} next={false} />
        ))}
      </List>
      <Prepare me={me} />
    </>
  );
}

/** Three things to put right, by what they are worth. */
function First({ stops }: { stops: readonly Stop[] }) {
  const t = useT('phoneField');
  const setup = useSetup().data?.data;
  const found = setup ? urgent(setup, stops, 3) : [];
  if (found.length === 0) return null;
  return (
    <Card title={t('today.first')}>
      <List label={t('today.first')}>
        {found.map(({ stop, name, worth }) => (
          <ListItem
            key={stop.outlet.code + name}
            title={name}
            note={[stop.outlet.name, worth > 0 ? t('fix.month', { worth: yuan(worth) }) : ''].filter(Boolean).join(' · ')}
            to={`/field/visit/${encodeURIComponent(stop.outlet.code)}`}
          />
        ))}
      </List>
    </Card>
  );
}

/** Visits of the day one has left. */
function useLeft(visits: readonly Visit[], day: string): Set<string> {
  const of = visits.filter((visit) => visit.day === day);
  const found = useLocal(
    async () => {
      const over = await Promise.all(of.map(async (visit) => [visit.id, one(await fieldsOf(visit.owner, visit.id), path.report)] as const));
      return over.filter(([, report]) => report !== undefined).map(([id]) => id);
    },
    of.map((visit) => `${visit.id}${visit.seq}`).join(' '),
  );
  return new Set(found);
}

interface LineProps {
  stop: Stop;
  visit: Visit | undefined;
  over: boolean;
  next: boolean;
}

function StopLine({ stop, visit, over, next }: LineProps) {
  const t = useT('phoneField');
  const { outlet } = stop;
  const issues = stop.issues.length;
  const state = visit?.done || (!visit && isOver(stop.visit_state)) ? 'sent' : over ? 'waiting' : visit ? 'open' : undefined;
  const tones = { sent: 'good', waiting: 'warn', open: 'info' } as const;
  return (
    <ListItem
      title={
        <>
          {outlet.name} {state && <Badge tone={tones[state]}>{t(`stop.${state}`)}</Badge>}{' '}
          {next && !state && <Badge tone="info">{t('stop.next')}</Badge>}
        </>
      }
      note={[
        outlet.code,
        outlet.class && t('stop.class', { class: outlet.class }),
        issues > 0 && t('stop.issues', { count: issues }),
        stop.target,
        stop.left_why || (stop.late && t('stop.late')),
      ]
        .filter(Boolean)
        .join(' · ')}
      value={stop.arrives ?? undefined}
      to={`/field/visit/${encodeURIComponent(outlet.code)}`}
    />
  );
}

/** A day without a plan: proposes one from what is due (R7.36). */
function NoPlan({ me, day }: { me: Me; day: string }) {
  const t = useT('phoneField');
  const monday = dayPlus(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
  const propose = useMutation({
    mutationFn: () => answer(http.POST('/api/v1/field/plan/propose', { body: { manager: me.login, from: monday } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: LIVE }),
  });
  return (
    <>
      <Empty title={t('plan.none')} help={t('plan.help')} />
      {propose.error && <Trouble error={propose.error} />}
      {holds(me, 'visit.plan') && (
        <Btn kind="main" wide busy={propose.isPending} onClick={() => propose.mutate()}>
          {t('plan.propose')}
        </Btn>
      )}
      <Link className="m-btn" to={'/field/outlets' as never}>
        {t('today.unplanned')}
      </Link>
    </>
  );
}

/** Brings the day onto the phone while there is a network. */
function Prepare({ me }: { me: Me }) {
  const t = useT('phoneField');
  const prepared = usePrepared();
  const { doneAt } = useSending();
  const [step, setStep] = useState<[number, number]>();
  const bring = useMutation({
    mutationFn: () => prepare(me, (done, of) => setStep([done, of])),
    networkMode: 'always',
    onSuccess: () => toast(t('prepare.done')),
    onSettled: () => setStep(undefined),
  });
  return (
    <Card title={t('prepare.title')}>
      <span className="m-muted">
        {prepared
          ? t('prepare.at', { at: dateTime(new Date(prepared.at)), stops: prepared.stops, outlets: prepared.outlets })
          : t('prepare.never')}
      </span>
      {prepared !== undefined && prepared.missing > 0 && (
        <span className="m-muted">{t('prepare.missing', { count: prepared.missing })}</span>
      )}
      {doneAt !== undefined && <span className="m-muted">{t('prepare.sent', { at: dateTime(new Date(doneAt)) })}</span>}
      {step && <Progress share={step[0] / Math.max(1, step[1])} label={t('prepare.title')} />}
      {bring.error && <Trouble error={bring.error} />}
      <Btn busy={bring.isPending} onClick={() => bring.mutate()}>
        {t('prepare.do')}
      </Btn>
    </Card>
  );
}
