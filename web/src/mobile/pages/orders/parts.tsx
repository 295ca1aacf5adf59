import { useId, type ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { Card } from '../../kit';

/** A box to tick. */
export function Check({ checked, onChange, children }: { checked: boolean; onChange: (checked: boolean) => void; children: ReactNode }) {
  const id = useId();
  return (
    <label className="m-choice" htmlFor={id}>
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}

/** Names with what they are, one below the other; what is empty is left out. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="m-record">
      {facts
        .filter(([, value]) => value !== '' && value !== null && value !== undefined && value !== false)
        .map(([name, value]) => (
          <div key={name} className="m-row">
            <dt className="m-muted">{name}</dt>
            <dd style={{ textAlign: 'right' }}>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What the customer pays and agrees to. */
export function OfferCard({ offer, network, title }: { offer: Schema<'OfferView'>; network: string; title: string }) {
  const t = useT('phoneOrders');
  return (
    <Card title={title} extra={network ? <span className="m-muted">{t('terms.network', { network })}</span> : undefined}>
      <ul className="m-list" aria-label={t('terms.fees')}>
        {offer.fees.map((fee, index) => (
          <li key={index} className="m-row" style={{ padding: '6px 0' }}>
            <span>
              {fee.title}
              {fee.monthly > 0 && <span className="m-muted">{` ${t('terms.monthly', { amount: yuan(fee.monthly) })}`}</span>}
            </span>
            <span>{yuan(fee.amount)}</span>
          </li>
        ))}
      </ul>
      <div className="m-row">
        <strong>{t('terms.total')}</strong>
        <span className="m-big">{yuan(offer.total)}</span>
      </div>
      {offer.terms.length > 0 && (
        <ol style={{ margin: 0, paddingInlineStart: 20 }} aria-label={t('terms.terms')}>
          {offer.terms.map((term, index) => (
            <li key={index}>{term}</li>
          ))}
        </ol>
      )}
    </Card>
  );
}
