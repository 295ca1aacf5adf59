import { useLabel, useT } from '@/i18n';
import { SIDES, type SignatureView } from '@/shared/agreements';
import { Card } from '../../kit';

/** Clauses, and who signed. */
export function Text({ clauses, signatures }: { clauses: string[]; signatures: SignatureView[] }) {
  const t = useT('phoneAgreements');
  const label = useLabel('phoneAgreements');
  return (
    <>
      <Card title={t('clauses')}>
        {clauses.length === 0 && <p className="m-muted">{t('noClauses')}</p>}
        <ol style={{ paddingInlineStart: 20, margin: 0 }}>
          {clauses.map((clause, index) => (
            <li key={index} style={{ marginBottom: 8 }}>
              {clause}
            </li>
          ))}
        </ol>
      </Card>
      <Card title={t('signatures')}>
        {SIDES.map((side) => {
          const one = signatures.find((found) => found.side === side);
          return (
            <div key={side}>
              <strong>{label('sides', side)}</strong>{' '}
              <span className="m-muted">{one ? t('signedBy', { name: one.name, day: one.signed_on }) : t('notSigned')}</span>
            </div>
          );
        })}
      </Card>
    </>
  );
}
