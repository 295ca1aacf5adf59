import { Link } from '@tanstack/react-router';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, percent, yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Badge, Card, ListItem, Loaded, Page, Progress, SelectField, place } from '../../kit';
import { TONES, to } from './shared';

/** The four states of one's pay, what comes when, and what the next step brings. */
export default function CommissionPage() {
  const t = useT('phonePartner');
  const [url, change] = useUrl();
  const query = api.useQuery('get', '/api/v1/my/commission', { params: { query: { period: url.period } } });
  return (
    <Page title={t('commission.title')}>
      <Loaded query={query} rows={6}>
        {(data) => (
          <>
            <SelectField
              label={t('commission.period')}
              value={data.period}
              onChange={(period) => change({ period })}
              options={data.months.map((one) => ({ value: one.period, label: month(one.period) }))}
            />
            <Four data={data} />
            <p className="m-muted">{t('commission.openMonth')}</p>
            <Ladders ladders={data.ladders} />
            {data.calendar.length > 0 && (
              <Card title={t('commission.calendar')} extra={<span className="m-muted">{t('commission.calendarHelp')}</span>}>
                <ul className="m-list">
                  {data.calendar.map((due) => (
                    <ListItem
                      key={due.due}
                      title={month(due.due)}
                      value={yuan(due.amount)}
                      note={t('commission.count', { count: due.count })}
                    />
                  ))}
                </ul>
              </Card>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Four({ data }: { data: Schema<'Commission'> }) {
  const t = useT('phonePartner');
  const label = useLabel('phonePartner');
  const whole = data.who.kind === 'partner';
  const period = data.period;
  return (
    <div className="m-figures">
      <Link {...place(to(whole ? '/statement' : '/commission/lines', { period }))}>
        <div className="m-row">
          <span className="m-muted">{t(whole ? 'commission.confirmed' : 'commission.own')}</span>
          {whole && <Badge tone={TONES[data.state]}>{label('state', data.state)}</Badge>}
        </div>
        <strong>{yuan(data.confirmed.amount)}</strong>
        <div className="m-muted">{t(whole ? 'commission.statement' : 'commission.lines')}</div>
      </Link>
      <div>
        <div className="m-muted">{t('commission.pending')}</div>
        <strong>{yuan(data.pending.amount)}</strong>
        <div className="m-muted">{t('commission.count', { count: data.pending.count })}</div>
      </div>
      <div>
        <div className="m-muted">{t('commission.risk')}</div>
        <strong>{yuan(data.at_risk.amount)}</strong>
        <div className="m-muted">{t('commission.riskHelp')}</div>
      </div>
      <Link {...place(to('/commission/unpaid', { period }))}>
        <div className="m-muted">{t('commission.notMet')}</div>
        <strong>{t('commission.count', { count: data.not_met.count })}</strong>
        <div className="m-muted">
          {data.next_deadline
            ? t('commission.until', { day: data.next_deadline })
            : t('commission.forgone', { amount: yuan(data.not_met.amount) })}
        </div>
      </Link>
    </div>
  );
}

function Ladders({ ladders }: { ladders: Schema<'RungView'>[] }) {
  const t = useT('phonePartner');
  if (ladders.length === 0) return null;
  return (
    <Card title={t('commission.ladders')}>
      {ladders.map((rung, index) => {
        const figure = (value: number) => (rung.money ? yuan(value) : count(value));
        return (
          <div key={index} style={{ display: 'grid', gap: 4 }}>
            <strong>{rung.title}</strong>
            {rung.group && <span className="m-muted">{rung.group}</span>}
            <span className="m-muted">
              {t('commission.ladderNow', { actual: figure(rung.actual), pays: rung.pays === null ? '—' : yuan(rung.pays) })}
            </span>
            {rung.next ? (
              <>
                <Progress share={rung.actual / rung.next} label={rung.title} />
                <span>
                  {rung.next_each === null
                    ? t('commission.ladderNext', {
                        gap: figure(rung.gap ?? 0),
                        next: figure(rung.next),
                        pays: rung.next_pays === null ? '—' : yuan(rung.next_pays),
                      })
                    : t(rung.money ? 'commission.ladderShare' : 'commission.ladderEach', {
                        gap: figure(rung.gap ?? 0),
                        next: figure(rung.next),
                        each: rung.money ? percent(rung.next_each / 1_000_000) : yuan(rung.next_each),
                      })}
                </span>
              </>
            ) : (
              <span>{t('commission.ladderTop')}</span>
            )}
          </div>
        );
      })}
    </Card>
  );
}
