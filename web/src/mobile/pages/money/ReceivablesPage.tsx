import { api, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { Badge, Card, Empty, List, ListItem, Loaded, Page, Strip } from '../../kit';

/** What one's partner owes, its deposits, and what was taken out of commission. */
export default function ReceivablesPage() {
  const t = useT('phoneMoney');
  const me = useMe();
  const partner = me.roles.find((role) => role.over_kind === 'partner')?.over;
  const query = api.useQuery(
    'get',
    '/api/v1/receivables/{partner}',
    { params: { path: { partner: partner ?? '' } } },
    { enabled: !!partner },
  );
  return (
    <Page title={t('receivables')} back="/">
      {partner ? <Loaded query={query}>{(whole) => <Account whole={whole} />}</Loaded> : <Empty title={t('noPartner')} />}
    </Page>
  );
}

function Account({ whole }: { whole: Schema<'ReceivableWhole'> }) {
  const t = useT('phoneMoney');
  const label = useLabel('phoneMoney');
  const { account } = whole;
  const open = whole.invoices.filter((one) => one.open > 0);
  return (
    <>
      {account.stopped && <Strip tone="bad">{account.stopped_by || t('stopped', { days: account.overdue_days })}</Strip>}
      <Card title={t('balance')}>
        <span className="m-big">{yuan(account.balance)}</span>
        <span className="m-muted">{t('overdueSum', { overdue: yuan(account.overdue), credit: yuan(account.credit) })}</span>
      </Card>
      {open.length === 0 ? (
        <Empty title={t('nothingOwed')} />
      ) : (
        <Card title={t('invoices')}>
          <List label={t('invoices')}>
            {open.map((one) => (
              <ListItem
                key={one.id}
                title={
                  <>
                    {label('kinds', one.kind)}{' '}
                    {one.overdue_days > 0 && <Badge tone="bad">{t('overdue', { days: one.overdue_days })}</Badge>}
                  </>
                }
                value={yuan(one.open)}
                note={[one.id, t('due', { day: one.due_on }), one.note].filter(Boolean).join(' · ')}
              />
            ))}
          </List>
        </Card>
      )}
      <Card title={t('deposits')}>
        <List label={t('deposits')}>
          {whole.deposits.length === 0 && <ListItem title={t('noDeposits')} />}
          {whole.deposits.map((one) => (
            <ListItem key={one.kind} title={label('deposit', one.kind)} value={yuan(one.balance)} />
          ))}
        </List>
      </Card>
      {whole.collections.length > 0 && (
        <Card title={t('collections')}>
          <List label={t('collections')}>
            {whole.collections.slice(0, 20).map((one) => (
              <ListItem
                key={one.id}
                title={label('ways', one.way)}
                value={yuan(one.amount)}
                note={[one.received_on, one.reference, ...one.parts.map((part) => part.invoice)].filter(Boolean).join(' · ')}
              />
            ))}
          </List>
        </Card>
      )}
    </>
  );
}
