import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { words } from '@/shared/flows/form';
import { dateTime } from '@/shared/format/time';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { whoDid } from './Holders';

type Whole = Schema<'ApplicationWhole'>;
type Line = Schema<'DecisionView'>;

/** Everything that was done, the oldest first; lines are only ever added. */
export function History({ whole }: { whole: Whole }) {
  const t = useT('flows');
  if (whole.history.length === 0) return <EmptyBox title={t('noHistory')} />;
  return (
    <PlainTable label={t('history')} className="history" heads={[t('time'), t('step'), t('who'), t('what'), t('opinionAndChanges')]}>
      <tbody>
        {whole.history.map((line) => (
          <tr key={line.seq}>
            <td>{dateTime(line.at)}</td>
            <td>{line.step_title || '—'}</td>
            <td>{line.by ? whoDid({ by: line.by, acting: line.acting }, (vars) => t('actingFor', vars)) : t('system')}</td>
            <td>{line.verb_title}</td>
            <td>
              <Said line={line} whole={whole} />
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Said({ line, whole }: { line: Line; whole: Whole }) {
  const t = useT('flows');
  const say = { yes: t('yes'), no: t('no') };
  const names = { ...whole.names, ...Object.fromEntries(whole.files.map((file) => [file.id, file.name])) };
  const word = (id: string, value: unknown) => {
    const field = whole.flow.fields.find((one) => one.id === id);
    return field ? words(field, value, names, say) : String(value ?? '—');
  };
  const led = line.to_step && (whole.flow.steps.find((step) => step.id === line.to_step)?.title ?? line.to_step);
  return (
    <>
      {line.text && <div className="said">{line.text}</div>}
      {line.to.length > 0 && <div className="muted">{t('toWhom', { names: line.to.map((one) => one.name).join(t('and')) })}</div>}
      {led && <div className="muted">{t('backTo', { step: led })}</div>}
      {line.changed.length > 0 && (
        <ul className="plain-list">
          {line.changed.map((change) => (
            <li key={change.field}>
              {change.title}{' '}
              {change.before !== null && (
                <>
                  <del>{word(change.field, change.before)}</del> →{' '}
                </>
              )}
              <ins>{word(change.field, change.after)}</ins>
            </li>
          ))}
        </ul>
      )}
      {line.signed && (
        <img
          className="signature"
          src={`/api/v1/applications/${whole.head.id}/signatures/${line.seq}`}
          alt={t('signatureOf', { name: line.by?.name ?? '' })}
        />
      )}
    </>
  );
}
