import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { clock, instant } from '@/shared/format/time';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { usePurposes } from './data';
import { PhotoButton } from './Photos';
import { answerWords, valueLines } from './said';
import { STAND_TONES, STEP_TONES } from './tones';

type Whole = Schema<'VisitWhole'>;

/** Goals against results. */
export function Goals({ rows }: { rows: Whole['goals'] }) {
  const t = useT('field');
  const purpose = usePurposes();
  if (rows.length === 0) return <EmptyBox title={t('noGoals')} />;
  const number = (value: number | null) => value ?? '—';
  const reached = rows.filter((goal) => goal.achieved === true).length;
  return (
    <>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('goalsOf', { reached, goals: rows.length })}
      </p>
      <PlainTable
        label={t('goals')}
        heads={[t('purpose'), t('goal'), { num: t('goalTarget') }, { num: t('result') }, t('achieved'), t('reason')]}
      >
        <tbody>
          {rows.map((goal) => (
            <tr key={goal.id}>
              <th scope="row">{purpose(goal.purpose)}</th>
              <td>{goal.text}</td>
              <td className="num">
                {goal.target || '—'}
                {goal.original !== null && <div className="muted">{t('adjustedFrom', { value: goal.original })}</div>}
              </td>
              <td className="num">{number(goal.result)}</td>
              <td>
                {goal.achieved === null ? (
                  t('notKnown')
                ) : (
                  <StatusTag tone={goal.achieved ? 'good' : 'bad'}>{t(goal.achieved ? 'reached' : 'notReached')}</StatusTag>
                )}
              </td>
              <td>{goal.reason}</td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </>
  );
}

/** Fields two phones wrote without knowing each other: both values beside each other. */
export function Conflicts({ whole }: { whole: Whole }) {
  const t = useT('field');
  const label = useLabel('field');
  const lines = (path: string, value: unknown) => {
    const given =
      path.startsWith('answer.') && typeof value === 'object' && value !== null
        ? (value as { answer?: unknown; note?: string })
        : undefined;
    const words = given ? [answerWords(given.answer, undefined, t, label), given.note ?? ''] : valueLines(value);
    return words.filter(Boolean).map((line, at) => <div key={at}>{line}</div>);
  };
  return (
    <>
      <p className="muted" style={{ marginTop: 0 }}>
        {t(whole.mine ? 'conflictsMine' : 'conflictsHelp')}
      </p>
      <PlainTable label={t('conflicts')} heads={[t('fieldName'), t('valueHolds'), t('valueOther'), t('device')]}>
        <tbody>
          {whole.conflicts.flatMap((row) =>
            row.others.map((other) => (
              <tr key={`${row.path} ${other.id}`}>
                <th scope="row" title={row.path}>
                  {pathWords(row.path, whole, (kind) => label('fields', kind))}
                </th>
                <td>{lines(row.path, row.value)}</td>
                <td>{lines(row.path, other.value)}</td>
                <td>{other.device}</td>
              </tr>
            )),
          )}
        </tbody>
      </PlainTable>
    </>
  );
}

/** What a field of a visit is called: `answer.visit_basics.price` by the names of the checklist and its item. */
function pathWords(path: string, whole: Whole, name: (kind: string) => string): string {
  const [kind = '', template = '', item = ''] = path.split('.');
  const sheet = whole.sheets.find((one) => one.template === template);
  const asked = sheet?.answers.find((one) => one.item === item);
  const step = whole.steps.find((one) => one.id === template);
  return [name(kind), sheet?.name ?? step?.name ?? template, asked?.name ?? item].filter(Boolean).join(' · ');
}

/** The steps in their order, with reasons for what was left out. */
export function Steps({ rows }: { rows: Whole['steps'] }) {
  const t = useT('field');
  const label = useLabel('field');
  return (
    <PlainTable label={t('steps')} heads={[t('step'), t('state')]}>
      <tbody>
        {rows.map((step, at) => (
          <tr key={step.id}>
            <th scope="row">{`${at + 1}. ${step.name}`}</th>
            <td>
              <StatusTag tone={STEP_TONES[step.state]}>{label('stepStates', step.state)}</StatusTag>{' '}
              <span className="muted">{step.at_us === null ? '' : clock(instant(step.at_us))}</span>
              {step.reason && <div className="muted">{step.reason}</div>}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** An order, a next action, or why neither. */
export function Ended({ ending }: { ending: Whole['ending'] }) {
  const t = useT('field');
  if (!ending) return <EmptyBox title={t('noEnding')} />;
  return (
    <dl className="record">
      {ending.order && (
        <div>
          <dt>{t('endingOrder')}</dt>
          <dd>{ending.order}</dd>
        </div>
      )}
      {ending.next && (
        <div>
          <dt>{t('endingNext')}</dt>
          <dd>
            {ending.next.text}
            <div className="muted">{[ending.next.owner, ending.next.due_on].join(' · ')}</div>
          </dd>
        </div>
      )}
      {ending.reason && (
        <div>
          <dt>{t('endingReason')}</dt>
          <dd>{ending.reason}</dd>
        </div>
      )}
    </dl>
  );
}

/** What was not put right, what is worth most first. */
export function ToFix({ rows }: { rows: Whole['to_fix'] }) {
  const t = useT('field');
  return (
    <PlainTable label={t('toFix')} heads={[t('item'), { num: t('worth') }]}>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.template} ${row.item}`}>
            <th scope="row">
              {row.name} {row.veto && <StatusTag tone="bad">{t('veto')}</StatusTag>}
            </th>
            <td className="num">{row.worth === 0 ? '—' : <Money fen={row.worth} unit />}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

export function Issues({ rows }: { rows: Whole['issues'] }) {
  const t = useT('field');
  return (
    <ul className="plain-list">
      {rows.map((row) => (
        <li key={row.id}>
          <StatusTag tone={row.solved ? 'good' : 'warn'}>{t(row.solved ? 'solved' : 'unsolved')}</StatusTag> {row.text}
        </li>
      ))}
    </ul>
  );
}

export function Trained({ rows }: { rows: Whole['trainings'] }) {
  const t = useT('field');
  return (
    <PlainTable label={t('trainings')} heads={[t('topic'), t('person'), { num: t('minutes') }, { num: t('score') }]}>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.topic} ${row.person}`}>
            <th scope="row">{row.topic}</th>
            <td>{row.person}</td>
            <td className="num">{row.minutes}</td>
            <td className="num">{row.score ?? '—'}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

export function Noted({ rows, onPhoto }: { rows: Whole['notes']; onPhoto: (sha256: string) => void }) {
  const label = useLabel('field');
  return (
    <ul className="plain-list">
      {rows.map((row) => (
        <li key={`${row.kind} ${row.text}`}>
          <StatusTag>{label('noteKinds', row.kind)}</StatusTag> {row.text}{' '}
          <PhotoButton files={row.photos} name={row.text} onOpen={onPhoto} />
        </li>
      ))}
    </ul>
  );
}

/** Where assigned models stand, and what was missing beside them. */
export function Shelved({ rows }: { rows: Whole['shelves'] }) {
  const t = useT('field');
  const label = useLabel('field');
  const said = (value: boolean | null) => (value === null ? '—' : t(value ? 'yes' : 'no'));
  return (
    <PlainTable label={t('shelfSeen')} heads={[t('product'), t('stands'), t('sample'), t('priceTag')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.product}>
            <th scope="row" title={row.product}>
              {row.name || row.product}
            </th>
            <td>
              <StatusTag tone={STAND_TONES[row.stands]}>{label('standKinds', row.stands)}</StatusTag>
            </td>
            <td>{said(row.sample)}</td>
            <td>{said(row.tag)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** Stock as it was counted, against the book. */
export function Counted({ rows }: { rows: Whole['counts'] }) {
  const t = useT('field');
  const heads = [t('product'), { num: t('counted') }, { num: t('book') }, { num: t('difference') }, { num: t('sold') }, t('serials')];
  return (
    <PlainTable label={t('stockCounted')} heads={heads}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.product}>
            <th scope="row" title={row.product}>
              {row.name || row.product}
            </th>
            <td className="num">{row.counted}</td>
            <td className="num">{row.book ?? '—'}</td>
            <td className={row.difference ? 'num negative' : 'num'}>{row.difference ?? '—'}</td>
            <td className="num">{row.sold ?? '—'}</td>
            <td>{row.serials.join(' ')}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
