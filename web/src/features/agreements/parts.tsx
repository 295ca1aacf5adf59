import { useLabel, useT } from '@/i18n';
import { SIDES, type SignatureView } from '@/shared/agreements';
import { StatusTag } from '@/shared/ui/StatusTag';

/** Clauses, one by one. */
export function Clauses({ clauses }: { clauses: string[] }) {
  const t = useT('agreements');
  if (clauses.length === 0) return <p className="muted">{t('noClauses')}</p>;
  return (
    <ol>
      {clauses.map((clause, index) => (
        <li key={index} style={{ marginBottom: 8 }}>
          {clause}
        </li>
      ))}
    </ol>
  );
}

/** Who signed for each side. */
export function Signatures({ signatures, draft }: { signatures: SignatureView[]; draft: string | null }) {
  const t = useT('agreements');
  const label = useLabel('agreements');
  return (
    <ul className="plain-list" style={{ display: 'grid', gap: 12 }}>
      {SIDES.map((side) => {
        const one = signatures.find((found) => found.side === side);
        return (
          <li key={side}>
            <strong>{label('sides', side)}</strong>{' '}
            {one ? (
              <>
                <StatusTag tone="good">{label('ways', one.way)}</StatusTag>
                <div>{`${one.name} ${one.signed_on}`}</div>
                {one.note && <div className="muted">{one.note}</div>}
                {one.pictured && draft && (
                  <img
                    src={`/api/v1/agreement-drafts/${draft}/signatures/${side}`}
                    alt={t('signatureOf', { name: one.name })}
                    style={{ width: 160, background: '#fff' }}
                  />
                )}
                <div className="muted">{t('noted', { who: one.who })}</div>
              </>
            ) : (
              <StatusTag tone="warn">{t('notSigned')}</StatusTag>
            )}
          </li>
        );
      })}
    </ul>
  );
}
