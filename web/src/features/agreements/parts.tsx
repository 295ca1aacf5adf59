import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useLabel, useT } from '@/i18n';
import { SIDES, type SignatureView } from '@/shared/agreements';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { StatusTag } from '@/shared/ui/StatusTag';

interface BasicsProps {
  /** What has a partner and may have an application: an agreement, or the draft of one. */
  of: { partner: string; partner_name: string; application: string };
  facts: readonly (readonly [name: string, value: ReactNode])[];
}

/** What an agreement or a draft is, with ways to its partner and its application for whoever may go there. */
export function Basics({ of, facts }: BasicsProps) {
  const t = useT('agreements');
  const partners = usePermission('partner.read');
  const partner = `${of.partner_name} ${of.partner}`;
  const all: (readonly [string, ReactNode])[] = [
    [
      t('partner'),
      partners ? (
        <Link to="/partners/$code" params={{ code: of.partner } as never}>
          {partner}
        </Link>
      ) : (
        partner
      ),
    ],
    ...facts,
  ];
  if (of.application)
    all.push([
      t('application'),
      <Link key="application" to="/applications/$id" params={{ id: of.application } as never}>
        {of.application}
      </Link>,
    ]);
  return (
    <Block title={t('basic')}>
      <dl className="record-head" style={{ border: 0, margin: 0, padding: 0 }}>
        {all.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Block>
  );
}

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
