import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { Badge, Card, Empty, List, ListItem, Loaded, Page } from '../../kit';
import { invoiceFor, TONES, to } from './shared';

/** Each month from its publication to the bank, and the invoices for it. */
export default function PaymentsPage() {
  const t = useT('phonePartner');
  const label = useLabel('phonePartner');
  const query = api.useQuery('get', '/api/v1/my/payments');
  return (
    <Page title={t('payments.title')} back="/">
      <Loaded query={query}>
        {(data) => (
          <>
            {data.items.map((row) => {
              const missing = row.invoices?.missing ?? 0;
              const steps = [
                { name: t('payments.published'), done: true },
                { name: t('payments.confirmed'), done: row.confirmation !== null },
                ...(row.invoices ? [{ name: t('payments.invoiced'), done: missing === 0 }] : []),
                { name: t('payments.paid'), done: row.state === 'paid' },
              ];
              return (
                <Card
                  key={row.statement}
                  title={row.again ? `${month(row.period)} · ${t('payments.again')}` : month(row.period)}
                  extra={<Badge tone={TONES[row.state]}>{label('state', row.state)}</Badge>}
                >
                  <span className="m-big">{yuan(row.payment)}</span>
                  <ol className="m-steps" aria-label={t('payments.steps')}>
                    {steps.map((step) => (
                      <li key={step.name} className={step.done ? 'done' : undefined}>
                        {step.name}
                      </li>
                    ))}
                  </ol>
                  {row.paid_on ? (
                    <span>{t('payments.paidOn', { day: row.paid_on })}</span>
                  ) : (
                    row.confirmation && <span>{t('payments.payBy', { day: row.confirmation.pay_by })}</span>
                  )}
                  {row.invoices === null && <span className="m-muted">{t('payments.noInvoice')}</span>}
                  <ul className="m-list">
                    {row.confirmation === null ? (
                      <ListItem
                        title={t('payments.confirmFirst')}
                        to={to('/statement', { period: row.period, number: row.again ? row.statement : undefined })}
                      />
                    ) : (
                      missing > 0 && (
                        <ListItem
                          title={t('payments.upload')}
                          note={t('payments.missing', { amount: yuan(missing) })}
                          to={to('/invoice', invoiceFor(row, data.who.account))}
                        />
                      )
                    )}
                  </ul>
                </Card>
              );
            })}
            {data.invoices.length === 0 ? (
              <Empty title={t('payments.none')} />
            ) : (
              <List label={t('payments.invoices')}>
                {data.invoices.map((one) => (
                  <ListItem
                    key={one.number}
                    title={one.number}
                    value={yuan(one.amount)}
                    note={
                      <>
                        {`${month(one.period)} · ${one.issued_on} `}
                        <Badge tone={TONES[one.state]}>{label('invoiceState', one.state)}</Badge> {one.reason}
                      </>
                    }
                  />
                ))}
              </List>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
