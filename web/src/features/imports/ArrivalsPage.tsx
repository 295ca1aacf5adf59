import { Link } from '@tanstack/react-router';
import { Alert, Tooltip } from 'antd';
import { useMe } from '@/api/me';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { MonthPicker } from '@/shared/ui/Pickers';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { ARRIVALS } from './labels';

const STATES = ['arrived', 'late', 'missing', 'pending'] as const;

/** Which data of a month are there, and since when. */
export default function ArrivalsPage() {
  const t = useT('imports');
  const [url, change] = useUrl();
  const today = (useMe() as { today?: string }).today;
  const month = url.month ?? today?.slice(0, 7);
  const query = api.useQuery('get', '/api/v1/arrivals', { params: { query: month ? { month } : {} } });
  const missing = query.data?.sources.filter((source) => source.state === 'missing').length ?? 0;
  const all = query.data?.sources.every((source) => source.state === 'arrived' || source.state === 'late');
  return (
    <>
      <PageHead
        title={t('arrivals')}
        actions={<MonthPicker value={month ?? query.data?.month} onChange={(value) => change({ month: value })} />}
      />
      <QueryState query={query} rows={8}>
        {(data) => (
          <div style={{ display: 'grid', gap: 12 }}>
            {missing > 0 && <Alert type="warning" showIcon title={t('someMissing', { count: missing })} />}
            {all && <Alert type="success" showIcon title={t('allArrived')} />}
            {data.sources.map((source) => (
              <Source key={source.id} source={source} />
            ))}
            <Legend />
          </div>
        )}
      </QueryState>
    </>
  );
}

function Source({ source }: { source: Schema<'ArrivalSource'> }) {
  const t = useT('imports');
  const label = useLabel('imports');
  const there = source.deliveries.filter((one) => one.state === 'arrived' || one.state === 'late').length;
  return (
    <Block
      title={source.title}
      extra={
        <span style={{ display: 'inline-flex', gap: 12, alignItems: 'center' }}>
          <span className="muted">
            {source.system} · {t(source.every === 'day' ? 'due.day' : 'due.month', { count: source.due })}
          </span>
          <span>{t('rows', { count: count(source.rows) })}</span>
          {source.every === 'day' && <span>{t('daysArrived', { arrived: there, all: source.deliveries.length })}</span>}
          <StatusTag tone={ARRIVALS[source.state]}>{label('arrival', source.state)}</StatusTag>
        </span>
      }
    >
      <ol className="arrival-days">
        {source.deliveries.map((one) => {
          const words = [
            one.day,
            label('arrival', one.state),
            t('dueOn', { day: one.due_on }),
            one.came_on && t('cameOn', { day: one.came_on }),
            t('rows', { count: count(one.rows) }),
            one.rejected > 0 && `${t('rejected')} ${count(one.rejected)}`,
          ];
          const text = words.filter(Boolean).join(' · ');
          return (
            <li key={one.day ?? 'month'}>
              <Tooltip title={text}>
                <span className={`day ${one.state}`} role="img" aria-label={text}>
                  {one.day ? Number(one.day.slice(8)) : label('arrival', one.state)}
                </span>
              </Tooltip>
            </li>
          );
        })}
      </ol>
      {source.files.length > 0 && (
        <div className="muted">
          <Link to={`/imports?table=${source.table}`}>{source.files.join(' · ')}</Link>
        </div>
      )}
    </Block>
  );
}

function Legend() {
  const t = useT('imports');
  const label = useLabel('imports');
  return (
    <p className="muted" style={{ display: 'flex', gap: 12 }}>
      {t('legend')}
      {STATES.map((state) => (
        <StatusTag key={state} tone={ARRIVALS[state]}>
          {label('arrival', state)}
        </StatusTag>
      ))}
    </p>
  );
}
