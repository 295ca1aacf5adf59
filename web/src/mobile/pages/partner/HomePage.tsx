import { api } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { month, weekday } from '@/shared/format/time';
import { yuan } from '@/shared/format/money';
import { Badge, Card, List, ListItem, Loaded, Page } from '../../kit';
import { TONES, to } from './shared';

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
