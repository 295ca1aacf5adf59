import { Link } from '@tanstack/react-router';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { money } from '@/shared/format/money';
import { useDark } from '@/shared/prefs';
import { axisStyle, Chart } from '@/shared/charts/Chart';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';

type View = Schema<'PeriodDifference'>;

const STEPS = 8;

/** The month against the one before: what each component adds, and each partner. */
export function Difference({ month }: { month: string }) {
  const t = useT('settlement');
  const query = api.useQuery('get', '/api/v1/periods/{month}/difference', { params: { path: { month }, query: { limit: 20 } } });
  return (
    <Block title={query.data?.against ? t('difference', { month: query.data.against }) : t('steps.difference')}>
      <QueryState query={query} rows={6} empty={(data) => data.against === null} whenEmpty={<p className="muted">{t('noBefore')}</p>}>
        {(data) => (
          <div style={{ display: 'grid', gap: 12 }}>
            <Waterfall data={data} />
            <div className="grid">
              <Changes width="w6" title={t('byComponent')} rows={data.components.slice(0, 20)} />
              <Changes width="w6" title={t('byPartner')} rows={data.partners.items} month={month} />
            </div>
          </div>
        )}
      </QueryState>
    </Block>
  );
}

function Waterfall({ data }: { data: View }) {
  const t = useT('settlement');
  const isDark = useDark();
  const shown = data.components.slice(0, STEPS);
  const rest = data.components.slice(STEPS).reduce((sum, one) => sum + one.delta, 0);
  const steps = [
    ...shown.map((one) => ({ name: one.name, delta: one.delta })),
    ...(rest === 0 ? [] : [{ name: t('others'), delta: rest }]),
  ];
  let level = data.before;
  const bars = steps.map(({ name, delta }) => {
    const from = level;
    level += delta;
    return { name, delta, low: Math.min(from, level), high: Math.max(from, level) };
  });
  const names = [t('before'), ...bars.map((bar) => bar.name), t('after')];
  const rise = isDark ? '#f0796b' : '#c02f2f';
  const fall = isDark ? '#3fb984' : '#0b7a4b';
  const plain = isDark ? '#5b94f5' : '#1a5fd0';
  const yuanOf = (fen: number) => fen / 100;
  const summary = t('waterfall', { before: money(data.before), after: money(data.after) });
  const value = (fen: number, low: number, colour: string) => ({ value: [low, fen], colour });
  const boxes = [
    value(data.before, 0, plain),
    ...bars.map((bar) => value(bar.high, bar.low, bar.delta >= 0 ? rise : fall)),
    value(data.after, 0, plain),
  ];
  return (
    <Chart
      summary={summary}
      name={summary}
      data={{
        head: [t('component'), t('delta')],
        rows: [[t('before'), money(data.before)], ...bars.map((bar) => [bar.name, money(bar.delta)]), [t('after'), money(data.after)]],
      }}
      option={{
        legend: { show: false },
        xAxis: {
          type: 'category',
          data: names,
          ...axisStyle(isDark),
          axisLabel: { ...axisStyle(isDark).axisLabel, interval: 0, width: 90, overflow: 'truncate' },
        },
        yAxis: { type: 'value', scale: true, ...axisStyle(isDark) },
        tooltip: {
          trigger: 'axis',
          formatter: (points: { dataIndex: number }[]) => {
            const at = points[0]?.dataIndex ?? 0;
            const bar = bars[at - 1];
            return `${names[at] ?? ''}<br>${bar ? `${bar.delta >= 0 ? '+' : ''}${money(bar.delta)}` : money(at === 0 ? data.before : data.after)}`;
          },
        },
        series: [
          { type: 'bar', stack: 'all', silent: true, itemStyle: { color: 'transparent' }, data: boxes.map((box) => yuanOf(box.value[0]!)) },
          {
            type: 'bar',
            stack: 'all',
            data: boxes.map((box) => ({ value: yuanOf(box.value[1]! - box.value[0]!), itemStyle: { color: box.colour } })),
          },
        ],
      }}
    />
  );
}

function Changes({ title, rows, width, month }: { title: string; rows: Schema<'PeriodChange'>[]; width: string; month?: string }) {
  const t = useT('settlement');
  return (
    <div className={width}>
      <PlainTable label={title} maxHeight={360}>
        <caption className="muted">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            {(['before', 'after', 'delta'] as const).map((key) => (
              <th key={key} scope="col" className="num">
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.code}>
              <th scope="row">
                {month && row.code ? (
                  <Link to={`/settlement/statements?period=${month}&q=${encodeURIComponent(row.code)}`}>{row.name || row.code}</Link>
                ) : (
                  row.name || row.code
                )}
              </th>
              <td className="num">
                <Money fen={row.before} />
              </td>
              <td className="num">
                <Money fen={row.after} />
              </td>
              <td className="num">
                {row.delta > 0 && '+'}
                <Money fen={row.delta} />
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </div>
  );
}
