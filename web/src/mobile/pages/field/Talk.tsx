// Steps that are talk: goals, greeting, adjusting, persuading, agreeing what is next, training, taking leave, the report.
import { useState } from 'react';
import { useT } from '@/i18n';
import { dateTime, dayPlus } from '@/shared/format/time';
import { Badge, Btn, Card, Empty, List, ListItem, Strip, TextField } from '../../kit';
import { type Shot } from './draft';
import { useMark, useOwner, usePlace, type Visiting } from './hooks';
import { ulid } from './ids';
import { Sign } from './Items';
import { NoteSheet, PromiseSheet } from './Notes';
import { Camera, Chips, Later, shown, Stepper, Thumb } from './parts';
import { many, one, path, type CheckIn, type CheckOut, type Ending, type Goal, type Training } from './records';
import { completion, dueAgain, resultOf } from './steps';
import { GoalLine } from './Wrap';

interface StepProps {
  visiting: Visiting;
}

/** Goals of the visit; another purpose is another goal. */
export function Goals({ visiting }: StepProps) {
  const t = useT('phoneField');
  const { setup, fields } = visiting;
  const goals = many<Goal>(fields, 'goal');
  const free = setup.purposes.filter((purpose) => !goals.some(([, goal]) => goal.purpose === purpose.id));
  const add = (id: string) => {
    const purpose = setup.purposes.find((each) => each.id === id);
    const goal: Goal = { purpose: id, text: purpose?.name ?? id, target: 0, original: null, result: null, achieved: null, reason: '' };
    void visiting.write([{ path: path.goal(id), value: goal }]);
  };
  return (
    <>
      {goals.map(([id, goal]) => (
        <Card key={id} title={setup.purposes.find((each) => each.id === goal.purpose)?.name ?? goal.purpose}>
          <Later
            label={t('goal.text')}
            value={goal.text}
            onKeep={(text) => void visiting.write([{ path: path.goal(id), value: { ...goal, text } }])}
          />
          <Stepper
            label={t('goal.target')}
            value={goal.target}
            onChange={(target) => void visiting.write([{ path: path.goal(id), value: { ...goal, target } }])}
          />
        </Card>
      ))}
      <Card title={t('goal.more')}>
        <Chips
          label={t('goal.more')}
          value=""
          options={free.map((purpose) => ({ value: purpose.id, label: purpose.name }))}
          onChange={add}
        />
      </Card>
    </>
  );
}

/** The check-in: when, where, the door, who was met (R7.44). */
export function Greet({ visiting }: StepProps) {
  const t = useT('phoneField');
  const mark = useMark(visiting.stop);
  const [name, setName] = useState('');
  const entered = one<CheckIn>(visiting.fields, path.checkIn);
  if (!entered) return <Empty title={t('greet.notYet')} help={t('greet.notYetHelp')} />;
  const write = (patch: Partial<CheckIn>, shots: Shot[] = []) =>
    visiting.write([{ path: path.checkIn, value: { ...entered, ...patch } }], shots);
  const known = visiting.stop.contacts.map((contact) => contact.name);
  const names = [...new Set([...known, ...entered.met])];
  const meet = (one: string) =>
    void write({ met: entered.met.includes(one) ? entered.met.filter((each) => each !== one) : [...entered.met, one] });
  return (
    <>
      <Card title={t('greet.at', { at: dateTime(new Date(entered.at_us / 1000)) })}>
        <span className="m-muted">
          {entered.position ? t('greet.place', { accuracy: entered.position.accuracy_m, age: entered.position.age_s }) : t('mark.noPlace')}
        </span>
        {entered.door && visiting.visit && (
          <div className="m-photos">
            <Thumb visit={visiting.visit.id} sha256={entered.door} name={t('greet.door')} />
          </div>
        )}
        <Camera mark={mark} onShot={(shot) => write({ door: shot.sha256 }, [shot])}>
          {entered.door ? t('greet.doorAgain') : t('greet.door')}
        </Camera>
        <Later label={t('greet.reason')} help={t('greet.reasonHelp')} value={entered.reason} onKeep={(reason) => void write({ reason })} />
      </Card>
      <Card title={t('greet.met')}>
        <Chips label={t('greet.met')} value={entered.met} options={names.map((value) => ({ value, label: value }))} onChange={meet} />
        <TextField label={t('greet.other')} value={name} onChange={setName} />
        <Btn
          blocked={name.trim() === '' ? t('greet.otherMissing') : undefined}
          onClick={() => {
            meet(name.trim());
            setName('');
          }}
        >
          {t('greet.add')}
        </Btn>
      </Card>
    </>
  );
}

const WHYS = ['season', 'promotion', 'stock', 'other'] as const;

/** Targets adjusted with a reason; what was planned stays beside them (R7.51). */
export function Adjust({ visiting }: StepProps) {
  const t = useT('phoneField');
  return (
    <>
      {many<Goal>(visiting.fields, 'goal').map(([id, goal]) => {
        const write = (patch: Partial<Goal>) =>
          void visiting.write([{ path: path.goal(id), value: { ...goal, original: goal.original ?? goal.target, ...patch } }]);
        return (
          <Card key={id} title={goal.text}>
            {goal.original !== null && <span className="m-muted">{t('adjust.original', { target: goal.original })}</span>}
            <Stepper label={t('goal.target')} value={goal.target} onChange={(target) => write({ target })} />
            {goal.original !== null && (
              <Chips
                label={t('adjust.why')}
                value={goal.reason}
                options={WHYS.map((why) => ({ value: t(`adjust.${why}`), label: t(`adjust.${why}`) }))}
                onChange={(reason) => write({ reason })}
              />
            )}
          </Card>
        );
      })}
    </>
  );
}

/** Who decides was met, and what they said (R7.52). */
export function Persuade({ visiting }: StepProps) {
  const t = useT('phoneField');
  const [noting, setNoting] = useState(false);
  const entered = one<CheckIn>(visiting.fields, path.checkIn);
  const deciding = visiting.stop.contacts.filter((contact) => contact.power === 'decides').map((contact) => contact.name);
  const met = (name: string) => {
    if (!entered) return;
    const next = entered.met.includes(name) ? entered.met.filter((each) => each !== name) : [...entered.met, name];
    void visiting.write([{ path: path.checkIn, value: { ...entered, met: next } }]);
  };
  return (
    <Card title={t('persuade.title')}>
      {entered && deciding.length > 0 && (
        <Chips label={t('persuade.met')} value={entered.met} options={deciding.map((value) => ({ value, label: value }))} onChange={met} />
      )}
      <span className="m-muted">{t('persuade.help')}</span>
      <Btn onClick={() => setNoting(true)}>{t('notes.add')}</Btn>
      {noting && <NoteSheet visiting={visiting} onClose={() => setNoting(false)} />}
    </Card>
  );
}

const REASONS = ['enough', 'noMoney', 'noOwner', 'noNeed'] as const;

/** An order, a next action, or a reason: a visit ends with one of them (R7.54). */
export function Close({ visiting }: StepProps) {
  const t = useT('phoneField');
  const { login } = useOwner();
  const [promising, setPromising] = useState(false);
  const ending = one<Ending>(visiting.fields, path.ending) ?? { order: '', next: null, reason: '' };
  const write = (patch: Partial<Ending>) => void visiting.write([{ path: path.ending, value: { ...ending, ...patch } }]);
  const day = visiting.as.day;
  const due = ending.next?.due_on ?? dueAgain(visiting.setup, visiting.stop.outlet.class, day);
  const next = (patch: Partial<NonNullable<Ending['next']>>) =>
    write({ next: { owner: login, due_on: due, text: t('wrap.again'), ...ending.next, ...patch } });
  return (
    <>
      <Card title={t('close.order')}>
        <Later
          label={t('close.orderNo')}
          help={t('close.orderHelp')}
          max={40}
          value={ending.order}
          onKeep={(order) => write({ order: order.trim() })}
        />
      </Card>
      <Card title={t('close.next')}>
        <Chips
          label={t('close.next')}
          value={ending.next?.text ?? ''}
          options={(['visit', 'goods', 'poster', 'call'] as const).map((one) => ({ value: t(`close.${one}`), label: t(`close.${one}`) }))}
          onChange={(text) => next({ text })}
        />
        <Later
          label={t('close.words')}
          value={ending.next?.text ?? ''}
          onKeep={(text) => (text.trim() ? next({ text: text.trim() }) : write({ next: null }))}
        />
        {ending.next && <TextField label={t('close.due')} type="date" value={due} onChange={(due_on) => due_on && next({ due_on })} />}
        {ending.next && (
          <Chips
            label={t('close.soon')}
            value={due}
            options={[1, 3, 7, 14].map((days) => ({ value: dayPlus(day, days), label: t('close.in', { days }) }))}
            onChange={(due_on) => next({ due_on })}
          />
        )}
      </Card>
      <Card title={t('close.reason')}>
        <Chips
          label={t('close.reason')}
          value={ending.reason}
          options={REASONS.map((why) => ({ value: t(`close.${why}`), label: t(`close.${why}`) }))}
          onChange={(reason) => write({ reason: reason === ending.reason ? '' : reason })}
        />
      </Card>
      <Btn onClick={() => setPromising(true)}>{t('promise.add')}</Btn>
      {promising && <PromiseSheet visiting={visiting} onClose={() => setPromising(false)} />}
    </>
  );
}

const TOPICS = ['company', 'service', 'display', 'pop'] as const;

/** Training given: topic, person, minutes, points of a test (R7.55). */
export function Train({ visiting }: StepProps) {
  const t = useT('phoneField');
  const trainings = many<Training>(visiting.fields, 'training');
  const [topics, setTopics] = useState<string[]>([]);
  const [person, setPerson] = useState('');
  const [minutes, setMinutes] = useState(10);
  const [score, setScore] = useState('');
  const people = visiting.stop.contacts.map((contact) => ({ value: contact.name, label: contact.name }));
  const points = /^\d{1,3}$/.test(score) ? Math.min(100, Number(score)) : null;
  const add = async () => {
    const made = topics.map((topic) => ({
      path: path.training(ulid()),
      value: { topic, person: person.trim(), minutes, score: points } satisfies Training,
    }));
    await visiting.write(made);
    setTopics([]);
    setScore('');
  };
  const why = topics.length === 0 ? t('train.noTopic') : person.trim() === '' ? t('train.noPerson') : undefined;
  const label = (topic: string) => (TOPICS.some((one) => one === topic) ? t(`train.${topic as 'company'}`) : topic);
  return (
    <>
      {trainings.length > 0 && (
        <List label={t('train.given')}>
          {trainings.map(([id, training]) => (
            <ListItem
              key={id}
              title={label(training.topic)}
              note={[training.person, t('train.for', { minutes: training.minutes })].join(' · ')}
              value={training.score ?? undefined}
            />
          ))}
        </List>
      )}
      <Card title={t('train.add')}>
        <Chips
          label={t('train.topic')}
          value={topics}
          options={TOPICS.map((value) => ({ value, label: t(`train.${value}`) }))}
          onChange={(topic) => setTopics(topics.includes(topic) ? topics.filter((one) => one !== topic) : [...topics, topic])}
        />
        {people.length > 0 && <Chips label={t('train.person')} value={person} options={people} onChange={setPerson} />}
        <TextField label={t('train.person')} value={person} onChange={setPerson} />
        <Stepper label={t('train.minutes')} value={minutes} onChange={setMinutes} />
        <TextField label={t('train.score')} inputMode="numeric" value={score} onChange={setScore} />
        <Btn kind="main" wide blocked={why} onClick={() => void add()}>
          {t('train.keep')}
        </Btn>
      </Card>
    </>
  );
}

/** Taking leave: the signature of the outlet, if it wants to give one (R7.56). */
export function Leaving({ visiting }: StepProps) {
  const t = useT('phoneField');
  const { position } = usePlace(visiting);
  const left = one<CheckOut>(visiting.fields, path.checkOut);
  const sign = (shot: Shot) => {
    const before: CheckOut = left ?? { at_us: Date.now() * 1000, position, signature: null };
    void visiting.write([{ path: path.checkOut, value: { ...before, signature: shot.sha256 } }], [shot]);
  };
  return (
    <Card title={t('leave.signature')}>
      <span className="m-muted">{t('leave.help')}</span>
      {left?.signature && visiting.visit ? (
        <div className="m-photos">
          <Thumb visit={visiting.visit.id} sha256={left.signature} name={t('leave.signature')} />
        </div>
      ) : (
        <Sign label={t('leave.signature')} onSigned={sign} />
      )}
    </Card>
  );
}

/** The report as it writes itself: how far, goals against results, scores, what is next. */
export function Report({ visiting }: StepProps) {
  const t = useT('phoneField');
  const { as, fields, sheets, steps, fixes } = visiting;
  return (
    <>
      <div className="m-figures">
        <div>
          <div className="m-muted">{t('report.steps')}</div>
          <strong>{shown(completion(steps))}</strong>
        </div>
        <div>
          <div className="m-muted">{t('report.fixed')}</div>
          <strong>{`${fixes.filter((fix) => fix.fix?.act === 'fixed').length} / ${fixes.length}`}</strong>
        </div>
        {sheets.map(({ template, outcome }) => (
          <div key={template.id}>
            <div className="m-muted">{template.name}</div>
            <strong>{shown(outcome.score)}</strong>{' '}
            <Badge tone={outcome.verdict === 'failed' ? 'warn' : 'plain'}>{t(`verdict.${outcome.verdict}`)}</Badge>
          </div>
        ))}
      </div>
      <Card title={t('report.goals')}>
        {many<Goal>(fields, 'goal').map(([id, goal]) => (
          <GoalLine key={id} id={id} goal={goal} visiting={visiting} result={resultOf(goal, as, fields, sheets)} />
        ))}
      </Card>
      {one(fields, path.report) === undefined && <Strip>{t('report.byItself')}</Strip>}
    </>
  );
}
