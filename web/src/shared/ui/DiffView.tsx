import { useT } from '@/i18n';
import { linesDiff } from './diff';

/** Two texts line by line. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const t = useT('common');
  const lines = linesDiff(before, after);
  if (lines.every((line) => line.kind === 'same')) return <p className="muted">{t('diff.same')}</p>;
  return (
    <div className="diff" role="region" aria-label={label} tabIndex={0}>
      {lines.map((line, index) => (
        <div key={index} className={line.kind}>
          <span className="n">{line.before ?? ''}</span>
          <span className="n">{line.after ?? ''}</span>
          <span>
            {line.kind === 'added' ? '+' : line.kind === 'removed' ? '−' : ' '}
            {line.kind !== 'same' && <span className="sr">{t(`diff.${line.kind}`)}</span>}
          </span>
          <span>{line.text}</span>
        </div>
      ))}
    </div>
  );
}

export interface FieldChange {
  name: string;
  before: string | null;
  after: string | null;
}

/** What changed in a record, field by field: for a stale edit or an approval. */
export function FieldsDiff({ changes }: { changes: FieldChange[] }) {
  const t = useT('common');
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t('diff.field')}</th>
          <th scope="col">{t('diff.before')}</th>
          <th scope="col">{t('diff.after')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.name}>
            <th scope="row">{change.name}</th>
            <td>{change.before ?? '—'}</td>
            <td>{change.after ?? '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
