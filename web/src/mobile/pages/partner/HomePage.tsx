import { Link } from '@tanstack/react-router';
import { api, type Schema } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { month, weekday } from '@/shared/format/time';
import { yuan } from '@/shared/format/money';
import { Badge, Card, List, ListItem, Loaded, Page } from '../../kit';
import { invoiceFor, TONES, to } from './shared';

/** Statements that wait for the partner's word, and invoices that payment waits for, each one tap away. */
function Todos({ months }: { months: Schema<'Commission'>['months'] }) {
  const t = useT('phonePartner');
  const payments = api.useQuery('get', '/api/v1/my/payments');
  const open = months.filter((one) => one.state === 'published' || one.state === 'disputed');
  const account = payments.data?.who.account ?? '';
  const uncovered =
    payments.data?.items.filter((row) => row.confirmation && row.invoices && row.invoices.missing > 0 && !row.paid_on) ?? [];
  if (open.length + uncovered.length === 0) return null;
  return (
    <List label={t('home.todos')}>
      {open.map((one) => (
        <ListItem
          key={one.period}
          title={t('home.confirm', { month: month(one.period) })}
          value={yuan(one.amount)}
          note={t('home.confirmHelp')}
          to={to('/statement', { period: one.period })}
        />
      ))}
      {uncovered.map((row) => (
        <ListItem
          key={row.statement}
          title={t('home.invoice', { month: month(row.period) })}
          value={yuan(row.invoices?.missing ?? 0)}
          to={to('/invoice', invoiceFor(row, account))}
        />
      ))}
    </List>
  );
}

/** Agreements that are about to end, and those that wait for a signature. */
function Agreed() {
  const t = useT('phonePartner');
  const ending = api.useQuery('get', '/api/v1/agreements', { params: { query: { state: 'expiring', limit: 20 } } }).data?.items ?? [];
  const drafts = api.useQuery('get', '/api/v1/agreement-drafts').data ?? [];
  const open = drafts.filter((draft) => draft.state === 'sent' && !draft.signed.includes('partner'));
  if (ending.length + open.length === 0) return null;
  return (
    <List label={t('home.agreements')}>
      {open.map((draft) => (
        <ListItem key={draft.id} title={t('home.agreementSign')} note={draft.id} to={`/agreement-drafts/${draft.id}`} />
      ))}
      {ending.map((row) => (
        <ListItem
          key={row.code}
          title={t('home.agreementEnds', { day: row.last_day ?? '' })}
          note={t('home.agreementEndsHelp', { days: row.days_left ?? 0 })}
          to={`/agreements/${encodeURIComponent(row.code)}`}
        />
      ))}
    </List>
  );
}

/** What happened today, what the last month brought, what can still be saved. */
export default function HomePage() {
  const t = useT('phonePartner');
  const label = useLabel('phonePartner');
  const me = useMe();
  const business = api.useQuery('get', '/api/v1/my/today', { params: { query: { limit: 1 } } });
  const pay = api.useQuery('get', '/api/v1/my/commission');
  const confirms = holds(me, 'statement.confirm');
  return (
    <Page title={t('home.title')}>
      {holds(me, 'order.take') && (
        <Link className="m-btn main" to={'/take' as never}>
          {t('home.take')}
        </Link>
      )}
      <Loaded query={pay} rows={3}>
        {(data) => (
          <>
            <Card
              title={`${t('home.pay')} · ${month(data.period)}`}
              extra={data.who.kind === 'partner' && <Badge tone={TONES[data.state]}>{label('state', data.state)}</Badge>}
            >
              <span className="m-big">{yuan(data.confirmed.amount)}</span>
              <span className="m-muted">{data.who.name}</span>
            </Card>
            {confirms && <Todos months={data.months} />}
            {holds(me, 'agreement.sign') && <Agreed />}
            <List label={t('home.unpaid')}>
              {data.curable > 0 && (
                <ListItem
                  title={t('home.fix')}
                  note={t('home.fixHelp', { count: data.curable, day: data.next_deadline ?? '' })}
                  to={to('/commission/unpaid', { period: data.period })}
                />
              )}
              <ListItem
                title={t('home.unpaid')}
                note={t('home.unpaidHelp', { count: data.not_met.count })}
                to={to('/commission/unpaid', { period: data.period })}
              />
              <ListItem title={t('home.policies')} to="/policies" />
              {confirms && <ListItem title={t('home.payments')} to="/payments" />}
              {confirms && <ListItem title={t('home.disputes')} to="/disputes" />}
              {holds(me, 'terminal.read') && <ListItem title={t('home.terminals')} to="/terminals" />}
              {holds(me, 'supply.read') && <ListItem title={t('home.supply')} to="/supply" />}
              {holds(me, 'receivable.read') && <ListItem title={t('home.receivables')} to="/receivables" />}
            </List>
          </>
        )}
      </Loaded>
      <Loaded query={business} rows={3}>
        {(data) => (
          <Card title={t('home.today')} extra={<span className="m-muted">{`${data.day} ${weekday(data.day)}`}</span>}>
            {data.figures.length === 0 && <p className="m-muted">{t('home.none')}</p>}
            <div className="m-figures">
              {data.figures.map((figure) => (
                <div key={figure.kind}>
                  <div className="m-muted">{figure.title}</div>
                  <strong>{figure.day}</strong> <span className="m-muted">{`${t('business.month')} ${figure.month}`}</span>
                </div>
              ))}
            </div>
          </Card>
        )}
      </Loaded>
    </Page>
  );
}
