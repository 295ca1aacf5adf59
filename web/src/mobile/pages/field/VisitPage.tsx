import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { holds, useMe } from '@/api/me';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { Badge, Btn, Card, List, ListItem, Page, Progress, Skeleton, Strip, Trouble, toast } from '../../kit';
import { Briefing, Solutions } from './Briefing';
import type { Shot } from './draft';
import { useMark, useOwner, usePlace, useVisit, type Visiting } from './hooks';
import { NoteSheet, PromiseSheet } from './Notes';
import { Camera, shown, Unsent } from './parts';
import { one, path, type CheckIn, type CheckOut } from './records';
import { asLast, blockOf, completion, isOver, lastIsWhole, leave, unsolved } from './steps';
import { Torn } from './Torn';
import { Wrap } from './Wrap';

/** A visit, from the card before the door to the report. */
export default function VisitPage() {
  const t = useT('phoneField');
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const { visiting, error, refetch } = useVisit(code);
  const title = visiting?.stop.outlet.name ?? t('visit.title');
  return (
    <Page title={title} back="/field" foot={visiting && reportedOf(visiting) === undefined && <Main visiting={visiting} />}>
      <Unsent />
      {visiting ? (
        <Content visiting={visiting} />
      ) : error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton rows={6} />
      )}
    </Page>
  );
}

const enteredOf = (visiting: Visiting) => one<CheckIn>(visiting.fields, path.checkIn);
const reportedOf = (visiting: Visiting) => one<number>(visiting.fields, path.report);

function Content({ visiting }: { visiting: Visiting }) {
  const entered = enteredOf(visiting);
  const reported = reportedOf(visiting) !== undefined;
  return (
    <>
      <Head visiting={visiting} />
      <Torn visiting={visiting} />
      {!entered && (
        <>
          <Briefing stop={visiting.stop} setup={visiting.setup} />
          <Solutions visiting={visiting} />
        </>
      )}
      {entered && <Course visiting={visiting} />}
      {entered && <Display code={visiting.stop.outlet.code} />}
      {entered && !reported && <Wrap visiting={visiting} />}
      {reported && <Reported visiting={visiting} />}
    </>
  );
}

/** The way to what hangs at the outlet and what is to be put right there, for whoever works on it. */
function Display({ code }: { code: string }) {
  const t = useT('phoneField');
  const me = useMe();
  if (!holds(me, 'display.manage')) return null;
  return (
    <List label={t('visit.display')}>
      <ListItem title={t('visit.display')} to={`/display/${encodeURIComponent(code)}`} />
    </List>
  );
}

/** Where the outlet is and how far the phone is from it: said, never in the way. */
function Head({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const { outlet } = visiting.stop;
  const place = usePlace(visiting);
  const entered = enteredOf(visiting);
  const closed = outlet.closed_from !== null && outlet.closed_from <= visiting.as.day;
  return (
    <Card title={outlet.code} extra={outlet.class ? <Badge>{t('stop.class', { class: outlet.class })}</Badge> : undefined}>
      <span className="m-muted">{[outlet.partner_name, outlet.territory_name].filter(Boolean).join(' · ')}</span>
      {outlet.address && <span>{outlet.address}</span>}
      {!visiting.visit && isOver(visiting.stop.visit_state) && <Strip>{t('visit.twice')}</Strip>}
      {closed && <Strip tone="warn">{t('visit.closed', { day: outlet.closed_from ?? '' })}</Strip>}
      {!entered && (
        <span className={place.level === 'away' ? 'm-why' : 'm-muted'} aria-live="polite">
          {place.position === null
            ? t('visit.noPosition')
            : place.metres === undefined
              ? t('visit.noSite')
              : t(`visit.${place.level}`, { metres: place.metres, accuracy: place.position.accuracy_m })}
        </span>
      )}
    </Card>
  );
}

/** The eleven steps with how far each is, and what is noted beside them. */
function Course({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const [sheet, setSheet] = useState<'note' | 'promise'>();
  const { steps, sheets, stop, fixes } = visiting;
  const tones = { done: 'good', skipped: 'plain', open: 'warn' } as const;
  const at = `/field/visit/${encodeURIComponent(stop.outlet.code)}`;
  const unhandled = fixes.filter((fix) => !fix.fix);
  const worth = unhandled.reduce((sum, fix) => sum + fix.worth, 0);
  return (
    <>
      {sheets.map(({ template, outcome }) => (
        <Card key={template.id} title={template.name} extra={<strong>{shown(outcome.score)}</strong>}>
          <Progress
            share={outcome.asked === 0 ? 1 : outcome.answered / outcome.asked}
            label={t('visit.answered', { done: outcome.answered, of: outcome.asked })}
          />
          <span className="m-muted">{t('visit.answered', { done: outcome.answered, of: outcome.asked })}</span>
          {outcome.vetoed.length > 0 && <Strip tone="bad">{t('visit.vetoed')}</Strip>}
        </Card>
      ))}
      {unhandled.length > 0 && (
        <Strip tone="warn">
          {worth > 0 ? t('fix.worth', { count: unhandled.length, worth: yuan(worth) }) : t('fix.open', { count: unhandled.length })}
        </Strip>
      )}
      <Card title={t('visit.steps')} extra={<span className="m-muted">{shown(completion(steps))}</span>}>
        <List label={t('visit.steps')}>
          {steps.map((step) => (
            <ListItem
              key={step.id}
              title={`${step.no} ${step.name}`}
              note={step.state === 'skipped' ? step.reason : undefined}
              value={<Badge tone={tones[step.state]}>{t(`step.${step.state}`)}</Badge>}
              to={`${at}/${step.id}`}
            />
          ))}
        </List>
      </Card>
      <div className="m-tools">
        <Btn onClick={() => setSheet('note')}>{t('notes.add')}</Btn>
        <Btn onClick={() => setSheet('promise')}>{t('promise.add')}</Btn>
      </div>
      {sheet === 'note' && <NoteSheet visiting={visiting} onClose={() => setSheet(undefined)} />}
      {sheet === 'promise' && <PromiseSheet visiting={visiting} onClose={() => setSheet(undefined)} />}
    </>
  );
}

/** What the server made of it, once it has it. */
function Reported({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const { visit } = visiting;
  const receipt = visit?.receipt;
  return (
    <Card title={visit?.done ? t('visit.arrived') : t('visit.keptHere')}>
      {receipt?.counts === 'held' && <Strip tone="warn">{t('visit.held')}</Strip>}
      <ul style={{ margin: 0, paddingInlineStart: 20 }}>
        {receipt?.flags.map((flag) => (
          <li key={flag.kind + flag.text}>{flag.text}</li>
        ))}
      </ul>
      <Btn onClick={visiting.again}>{t('visit.again')}</Btn>
    </Card>
  );
}

/** The one thing to do next. */
function Main({ visiting }: { visiting: Visiting }) {
  if (!enteredOf(visiting)) return <Enter visiting={visiting} />;
  return lastIsWhole(visiting.sheets, visiting.as, visiting.fields, visiting.last) ? (
    <Last visiting={visiting} />
  ) : (
    <Leave visiting={visiting} />
  );
}

function Enter({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const place = usePlace(visiting);
  const mark = useMark(visiting.stop);
  const open = unsolved(visiting.stop, visiting.fields).length;
  const enter = async (shot?: Shot) => {
    const entered: CheckIn = {
      at_us: Date.now() * 1000,
      position: place.position,
      door: shot?.sha256 ?? null,
      met: [],
      reason: '',
    };
    await visiting.write([{ path: path.checkIn, value: entered }], shot ? [shot] : []);
    toast(t(place.position ? 'visit.entered' : 'visit.enteredBlind'));
  };
  if (open > 0)
    return (
      <Btn kind="main" wide blocked={t('visit.unsolved', { count: open })}>
        {t('visit.enter')}
      </Btn>
    );
  return (
    <>
      <Camera kind="main" mark={mark} onShot={enter}>
        {t('visit.enterDoor')}
      </Camera>
      <Btn onClick={() => void enter()}>{t('visit.enter')}</Btn>
    </>
  );
}

/** One photo of the shelf, and everything else as it was right last time. */
function Last({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const mark = useMark(visiting.stop);
  const { sheets, as, fields, last } = visiting;
  return (
    <Camera kind="main" wide mark={mark} onShot={(shot) => visiting.write(asLast(sheets, as, fields, last, shot.sha256), [shot])}>
      {t('visit.asLast')}
    </Camera>
  );
}

function Leave({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const { login } = useOwner();
  const navigate = useNavigate();
  const place = usePlace(visiting);
  const [busy, setBusy] = useState(false);
  const block = blockOf(visiting.setup, visiting.as, visiting.fields);
  const words = { aside: t('skip.aside'), again: t('wrap.again'), reached: t('wrap.reached'), missed: t('wrap.missed') };
  const out = async () => {
    setBusy(true);
    const before = one<CheckOut>(visiting.fields, path.checkOut);
    const left: CheckOut = { at_us: Date.now() * 1000, position: place.position, signature: before?.signature ?? null };
    try {
      await visiting.write(leave(visiting.setup, visiting.as, visiting.fields, words, left, login));
      toast(t('visit.left'));
      await navigate({ to: '/field' as never });
    } finally {
      setBusy(false);
    }
  };
  const why =
    block === undefined
      ? undefined
      : block.why === 'answers'
        ? t('wrap.answers', { count: block.count })
        : block.why === 'fixes'
          ? t('wrap.fixes', { count: block.count })
          : t('wrap.steps', { names: block.names.join(', ') });
  return (
    <Btn kind="main" wide busy={busy} blocked={why} onClick={() => void out()}>
      {t('visit.leave')}
    </Btn>
  );
}
