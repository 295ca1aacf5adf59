// What a draft would have paid beside the version in force: cost by month and component, who gains and who loses, who stands near the steps.
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { axisStyle, Chart } from '@/shared/charts/Chart';
import { count, money, yuan } from '@/shared/format/money';
import { monthPlus } from '@/shared/format/time';
import { useDark } from '@/shared/prefs';
import { Refused } from '@/shared/ui/Drawers';
import { JobProgress } from '@/shared/ui/JobProgress';
import { Delta, Money } from '@/shared/ui/Money';
import { MonthPicker } from '@/shared/ui/Pickers';
import { QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';

type Result = Schema<'SimulationView'>;
type Row = Schema<'ChangeRow'>;

const MOST = 12;

export function Simulate({ id, blocked }: { id: string; blocked: boolean }) {
  const t = useT('policy');
  const [url, change] = useUrl();
  const end = monthPlus(useMe().today.slice(0, 7), -1);
  const [first, setFirst] = useState(monthPlus(end, 1 - MOST));
  const [last, setLast] = useState(end);
  const [job, setJob] = useState<string>();
  const [refused, setRefused] = useState<unknown>();
  const run = async () => {
    setRefused(undefined);
    change({ simulation: undefined }, { replace: true });
    try {
      const begun = await answer(http.POST('/api/v1/drafts/{id}/simulations', { params: { path: { id } }, body: { first, last } }));
      setJob(begun.id);
    } catch (error) {
      setRefused(error);
    }
  };
  return (
    <>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('simulateHelp')}
      </p>
      {blocked && <Alert type="warning" showIcon title={t('simulateBlocked')} style={{ marginBottom: 8 }} />}
      <Space wrap>
        <MonthPicker value={first} onChange={setFirst} to={last} from={monthPlus(last, 1 - MOST)} steps={false} />
        <span>–</span>
        <MonthPicker value={last} onChange={setLast} from={first} to={monthPlus(first, MOST - 1)} steps={false} />
        <Button type="primary" disabled={blocked} title={blocked ? t('simulateBlocked') : undefined} onClick={() => void run()}>
          {t('run')}
        </Button>
      </Space>
      {refused !== undefined && <Refused error={refused} />}
      {job && !url.simulation && (
        <JobProgress
          key={job}
          id={job}
          onDone={(done) => change({ simulation: (done.result as { simulation?: string } | null)?.simulation }, { replace: true })}
        />
      )}
      {url.simulation && <Outcome id={url.simulation} />}
    </>
  );
}

function Outcome({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['simulation', id],
    queryFn: () => answer(http.GET('/api/v1/simulations/{id}', { params: { path: { id } } })),
    staleTime: Infinity,
  });
  return <QueryState query={query}>{(result) => <Report result={result} />}</QueryState>;
}

function Report({ result }: { result: Result }) {
  const t = useT('policy');
  const change = result.draft - result.live;
  const unit = (value: number | null) => (value === null ? '—' : (value / 10_000).toFixed(4));
  return (
    <div style={{ display: 'grid', gap: 16, marginTop: 12 }}>
      <table className="plain-table" aria-label={t('tab.simulate')}>
        <thead>
          <tr>
            <th scope="col">{t('version')}</th>
            {[t('live'), t('draft'), t('change')].map((head) => (
              <th key={head} scope="col" className="num">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t('amount')}</th>
            <td className="num">{money(result.live)}</td>
            <td className="num">{money(result.draft)}</td>
            <td className="num">
              {yuan(change)} <Delta share={result.live === 0 ? null : change / result.live} />
            </td>
          </tr>
          <tr>
            <th scope="row">{t('perUnit')}</th>
            <td className="num">{unit(result.live_per_unit)}</td>
            <td className="num">{unit(result.draft_per_unit)}</td>
            <td className="num">—</td>
          </tr>
        </tbody>
      </table>
      <p style={{ margin: 0 }}>
        {t('winners')} {count(result.winners)} ({yuan(result.gained)}) · {t('losers')} {count(result.losers)} ({yuan(result.lost)}) ·{' '}
        {t('unchanged')} {count(result.unchanged)}{' '}
        <a href={`/api/v1/simulations/${result.id}/partners`} download>
          {t('csv')}
        </a>
      </p>
      <Months rows={result.months} />
      <Changes title={t('byComponent')} head={t('component')} rows={result.components} />
      {result.top_winners.length > 0 && <Changes title={t('topWinners')} head={t('partner')} rows={result.top_winners} />}
      {result.top_losers.length > 0 && <Changes title={t('topLosers')} head={t('partner')} rows={result.top_losers} />}
      <Spread result={result} />
      {result.cliffs.length > 0 && <Cliffs result={result} />}
      {result.budgets.length > 0 && <Budgets result={result} />}
    </div>
  );
}

function Months({ rows }: { rows: Row[] }) {
  const t = useT('policy');
  const isDark = useDark();
  const option = useMemo(
    () => ({
      xAxis: { type: 'category', data: rows.map((row) => row.key), ...axisStyle(isDark) },
      yAxis: { type: 'value', ...axisStyle(isDark) },
      series: [
        { name: t('live'), type: 'bar', data: rows.map((row) => row.live / 100) },
        { name: t('draft'), type: 'bar', data: rows.map((row) => row.draft / 100) },
      ],
    }),
    [rows, t, isDark],
  );
  return (
    <Chart
      summary={t('chartSummary')}
      option={option}
      height={220}
      data={{ head: [t('period'), t('live'), t('draft')], rows: rows.map((row) => [row.key, money(row.live), money(row.draft)]) }}
    />
  );
}

function Changes({ title, head, rows }: { title: string; head: string; rows: Row[] }) {
  const t = useT('policy');
  return (
    <div>
      <h3 style={{ margin: '0 0 4px', fontSize: 13 }}>{title}</h3>
      <table className="plain-table" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {[t('live'), t('draft'), t('change')].map((name) => (
              <th key={name} scope="col" className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                {row.name} <span className="muted">{row.key}</span>
              </th>
              <td>
                <Money fen={row.live} />
              </td>
              <td>
                <Money fen={row.draft} />
              </td>
              <td>
                <Money fen={row.draft - row.live} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Spread({ result }: { result: Result }) {
  const t = useT('policy');
  const bounds = (from: number | null, to: number | null) =>
    from === null ? `≤ ${to}%` : to === null ? `≥ +${from}%` : from === 0 && to === 0 ? t('unchanged') : `${from}% … ${to}%`;
  const most = Math.max(1, ...result.spread.map((row) => row.partners));
  return (
    <table className="plain-table" aria-label={t('spread')}>
      <thead>
        <tr>
          <th scope="col">{t('spread')}</th>
          <th scope="col" className="num">
            {t('partners')}
          </th>
          <th scope="col" className="num">
            {t('change')}
          </th>
          <th scope="col" style={{ width: '40%' }}>
            <span className="sr">{t('spread')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {result.spread.map((row, index) => (
          <tr key={index}>
            <th scope="row">{bounds(row.from, row.to)}</th>
            <td className="num">{count(row.partners)}</td>
            <td>
              <Money fen={row.delta} />
            </td>
            <td aria-label={count(row.partners)}>
              <div
                aria-hidden
                style={{ width: `${(row.partners / most) * 100}%`, height: 8, background: 'var(--q-brand)', borderRadius: 4 }}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Budgets({ result }: { result: Result }) {
  const t = useT('policy');
  return (
    <table className="plain-table" aria-label={t('budget')}>
      <thead>
        <tr>
          <th scope="col">{t('budget')}</th>
          {[t('limit'), t('left'), t('usedUp')].map((name) => (
            <th key={name} scope="col" className="num">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {result.budgets.map((row, index) => (
          <tr key={index}>
            <th scope="row">{row.name}</th>
            <td className="num">{money(row.limit)}</td>
            <td className="num">{money(row.left)}</td>
            <td className="num">{row.exhausted_on ?? '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cliffs({ result }: { result: Result }) {
  const t = useT('policy');
  return (
    <table className="plain-table" aria-label={t('cliffs')}>
      <caption style={{ textAlign: 'left', fontSize: 13 }}>{t('cliffs')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('ladder')}</th>
          {[t('from'), t('jump'), t('below'), t('above')].map((name) => (
            <th key={name} scope="col" className="num">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {result.cliffs.map((row, index) => (
          <tr key={index}>
            <th scope="row">{row.ladder}</th>
            <td className="num">{count(row.at / 100)}</td>
            <td>
              <Money fen={row.jump} />
            </td>
            <td className="num">{count(row.below)}</td>
            <td className="num">{count(row.above)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
