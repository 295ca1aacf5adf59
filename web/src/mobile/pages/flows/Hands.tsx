import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { words } from '@/shared/flows/form';
import { dateTime } from '@/shared/format/time';
import { Badge } from '../../kit';

type Whole = Schema<'ApplicationWhole'>;
type Line = Schema<'DecisionView'>;

/** Who holds it now, since when and until when. */
export function Deciders({ whole }: { whole: Whole }) {
  const t = useT('flows');
  const open = whole.seats.flatMap((seat) => seat.turns.filter((turn) => turn.id === seat.open));
  if (open.length === 0) return <span>{whole.head.holders.map((one) => one.name).join(t('and')) || t('nobody')}</span>;
  return open.map((turn) => (
    <div key={turn.id}>
      <strong>{turn.candidates.map((one) => one.name).join(t('or'))}</strong> {turn.late && <Badge tone="bad">{t('late')}</Badge>}
      <div className="m-muted">
        {[turn.opened_at ? t('since', { at: dateTime(turn.opened_at) }) : '', turn.due ? t('dueBy', { day: turn.due }) : '']
          .filter(Boolean)
          .join(' · ')}
      </div>
    </div>
  ));
}

/** Everything that was done, the oldest first. */
export function History({ whole }: { whole: Whole }) {
  const t = useT('flows');
  if (whole.history.length === 0) return <span className="m-muted">{t('noHistory')}</span>;
  return (
    <ol className="m-steps">
      {whole.history.map((line) => (
        <li key={line.seq} className="done">
          <One line={line} whole={whole} />
        </li>
      ))}
    </ol>
  );
}

function One({ line, whole }: { line: Line; whole: Whole }) {
  const t = useT('flows');
  const say = { yes: t('yes'), no: t('no') };
  const names = { ...whole.names, ...Object.fromEntries(whole.files.map((file) => [file.id, file.name])) };
  const word = (id: string, value: unknown) => {
    const field = whole.flow.fields.find((one) => one.id === id);
    return field ? words(field, value, names, say) : String(value ?? '—');
  };
  const who = line.by && (line.acting ? t('actingFor', { by: line.by.name, acting: line.acting.name }) : line.by.name);
  return (
    <>
      <strong>{`${who ?? t('system')} · ${line.verb_title}`}</strong>
      <div className="m-muted">{[dateTime(line.at), line.step_title].filter(Boolean).join(' · ')}</div>
      {line.text && <div>{line.text}</div>}
      {line.to.length > 0 && <div className="m-muted">{t('toWhom', { names: line.to.map((one) => one.name).join(t('and')) })}</div>}
      {line.changed.map((change) => (
        <div key={change.field} className="m-muted">
          {change.title} {change.before !== null && `${word(change.field, change.before)} → `}
          {word(change.field, change.after)}
        </div>
      ))}
      {line.signed && (
        <img
          src={`/api/v1/applications/${whole.head.id}/signatures/${line.seq}`}
          alt={t('signatureOf', { name: line.by?.name ?? '' })}
          style={{ width: 140, background: '#fff' }}
        />
      )}
    </>
  );
}
