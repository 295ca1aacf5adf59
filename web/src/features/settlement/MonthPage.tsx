import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Steps } from 'antd';
import { useState } from 'react';
import { answer, api, http, queries } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Can } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Refused } from '@/shared/ui/Drawers';
import { JobProgress } from '@/shared/ui/JobProgress';
import { BigCount, BigMoney, Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { Difference } from './Difference';
import { Exceptions } from './Exceptions';
import { Publication } from './Publication';
import { TONES, type Period } from './labels';

const STEPS = ['data', 'policies', 'trial', 'exceptions', 'difference', 'publish', 'close'] as const;

/** The step somebody has to take next. */
function at(data: Period): number {
  if (data.state === 'closed') return 7;
  if (data.state === 'published' || data.state === 'again') return 6;
  if (data.state === 'submitted' || data.state === 'publishing') return 5;
  if (data.facts === 0) return 0;
  if (data.policies_wrong || data.policies.length === 0) return 1;
  if (data.state === 'open' || data.stale_trial) return 2;
  return data.open_exceptions > 0 ? 3 : 5;
}

/** A month from its data to closed books. */
export default function MonthPage() {
  const { month } = useParams({ strict: false }) as { month: string };
  const t = useT('settlement');
  const label = useLabel('settlement');
  const query = api.useQuery(
    'get',
    '/api/v1/periods/{month}',
    { params: { path: { month } } },
    {
      refetchInterval: ({ state }) => (state.data?.state === 'publishing' ? 3000 : false),
    },
  );
  const state = query.data?.state;
  return (
    <>
      <PageHead
        title={`${t('month')} ${month}`}
        note={state && <StatusTag tone={TONES[state]}>{label('states', state)}</StatusTag>}
        actions={<Link to="/settlement">{t('title')}</Link>}
      />
      <QueryState query={query} rows={10}>
        {(data) => <Month data={data} />}
      </QueryState>
    </>
  );
}

function Month({ data }: { data: Period }) {
  const t = useT('settlement');
  const [url, change] = useUrl();
  const [error, setError] = useState<unknown>();
  const reload = () => {
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/periods/{month}'] });
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/periods/{month}/difference'] });
    void queries.invalidateQueries({ queryKey: ['table', 'exceptions'] });
    void queries.invalidateQueries({ queryKey: ['table', 'periods'] });
  };
  const follow = (job: string) => change({ job }, { replace: true });
  const path = { params: { path: { month: data.month } } };
  const runTrial = async () => {
    setError(undefined);
    try {
      follow((await answer(http.POST('/api/v1/periods/{month}/trial', path))).id);
    } catch (refused) {
      setError(refused);
    }
  };
  const ended = () => {
    change({ job: undefined }, { replace: true });
    reload();
  };
  return (
    <div style={{ display: 'grid', gap: 12 }}>
      <section className="block" aria-label={t('title')}>
        <div className="body scroll">
          <Steps size="small" responsive={false} current={at(data)} items={STEPS.map((step) => ({ title: t(`steps.${step}`) }))} />
        </div>
      </section>
      {url.job && (
        <section className="block" aria-label={t('state')}>
          <div className="body">
            <JobProgress id={url.job} onDone={ended}>
              {(job) =>
                job.state === 'failed' && (
                  <Alert
                    type="error"
                    showIcon
                    role="alert"
                    style={{ marginTop: 8 }}
                    title={t('failed')}
                    description={job.detail ?? undefined}
                  />
                )
              }
            </JobProgress>
          </div>
        </section>
      )}
      {data.figures && <Figures figures={data.figures} />}
      <div className="grid">
        <Block title={t('steps.data')} width={4} extra={<Link to={`/arrivals?month=${data.month}`}>{t('seeArrivals')}</Link>}>
          {data.facts > 0 ? <p>{t('factCount', { count: count(data.facts) })}</p> : <Alert type="warning" showIcon title={t('noFacts')} />}
        </Block>
        <Block title={t('inForce')} width={8}>
          <Policies data={data} />
        </Block>
      </div>
      <Block title={t('steps.trial')}>
        <div style={{ display: 'grid', gap: 12 }}>
          {error !== undefined && <Refused error={error} />}
          {data.stale_trial && <Alert type="warning" showIcon title={t('staleTrial')} />}
          {data.figures && data.figures.checked > 0 && (
            <Alert
              type="success"
              showIcon
              title={t('checked', { partners: data.figures.checked, lines: count(data.figures.checked_lines) })}
            />
          )}
          {(data.state === 'open' || data.state === 'trial') && (
            <Can permission="settlement.run">
              <div style={{ display: 'flex', gap: 12, alignItems: 'center', flexWrap: 'wrap' }}>
                <Button
                  type={data.state === 'open' || data.stale_trial ? 'primary' : 'default'}
                  disabled={data.cannot_try !== null}
                  title={data.cannot_try ?? undefined}
                  onClick={() => void runTrial()}
                >
                  {data.state === 'open' ? t('runTrial') : t('runAgain')}
                </Button>
                <span className="muted">{data.cannot_try ?? t('trialHelp')}</span>
              </div>
            </Can>
          )}
          {data.components.length > 0 && <Components data={data} />}
        </div>
      </Block>
      {data.trial && data.state !== 'open' && <Exceptions data={data} onReviewed={reload} />}
      {data.figures && <Difference month={data.month} />}
      <Publication data={data} onJob={follow} onChanged={reload} />
    </div>
  );
}

function Figures({ figures }: { figures: NonNullable<Period['figures']> }) {
  const t = useT('settlement');
  return (
    <dl className="figures">
      {(['amount', 'payment', 'carried'] as const).map((key) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>
            <BigMoney fen={figures[key]} />
          </dd>
        </div>
      ))}
      {(['statements', 'lines'] as const).map((key) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>
            <BigCount value={figures[key]} />
          </dd>
        </div>
      ))}
      <div>
        <dt>{t('unpaid')}</dt>
        <dd>
          <BigCount value={figures.reasons} />
        </dd>
      </div>
    </dl>
  );
}

function Policies({ data }: { data: Period }) {
  const t = useT('settlement');
  if (data.policies_wrong) return <Alert type="error" showIcon role="alert" title={t('policiesWrong')} description={data.policies_wrong} />;
  if (data.policies.length === 0) return <Alert type="warning" showIcon title={t('noPolicy')} />;
  return (
    <table className="plain-table">
      <thead>
        <tr>
          {(['policy', 'version', 'validity', 'components'] as const).map((key) => (
            <th key={key} scope="col" className={key === 'components' || key === 'version' ? 'num' : undefined}>
              {t(key)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.policies.map((one) => (
          <tr key={`${one.policy}/${one.version}`}>
            <th scope="row">
              {one.title} <span className="muted">{one.policy}</span>
            </th>
            <td className="num">v{one.version}</td>
            <td>
              {one.from} – {one.until}
            </td>
            <td className="num">{one.components}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Components({ data }: { data: Period }) {
  const t = useT('settlement');
  const rows = data.components.filter((one) => one.lines > 0 || one.scheduled !== 0 || one.reasons > 0);
  return (
    <PlainTable label={t('components')} maxHeight={320}>
      <thead>
        <tr>
          <th scope="col">{t('component')}</th>
          {(['lines', 'amount', 'scheduled', 'unpaid'] as const).map((key) => (
            <th key={key} scope="col" className="num">
              {t(key)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={`${one.policy}/${one.version}/${one.component}`}>
            <th scope="row">
              {one.title} <span className="muted">{`${one.policy} v${one.version}`}</span>
            </th>
            <td className="num">{count(one.lines)}</td>
            <td className="num">
              <Money fen={one.amount} />
            </td>
            <td className="num">
              <Money fen={one.scheduled} />
            </td>
            <td className="num">{count(one.reasons)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
