import { Button, Select, Tag } from 'antd';
import { useMemo, useState } from 'react';
import { useT } from '@/i18n';
import { ALONE, useFigures, figure, part, size, useCatalogue, type Catalogue, type Question } from '@/shared/figures/ask';
import { Areas } from '@/shared/figures/Areas';
import { FigureBar } from '@/shared/figures/Bar';
import { ExportButton } from '@/shared/figures/ExportButton';
import { Pivot } from '@/shared/figures/Pivot';
import { daysOf, filtersOf } from '@/shared/figures/period';
import { RowsDrawer, type Opened } from '@/shared/figures/RowsDrawer';
import { Trend } from '@/shared/figures/Trend';
import { daysBetween, range } from '@/shared/format/time';
import { Ranking } from '@/shared/charts/Ranking';
import { Block } from '@/shared/ui/Block';
import { Delta } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ViewsButton } from '@/shared/ui/SavedViews';
import { useUrl, type Params } from '@/shared/url';
import { Heat } from './Heat';
import { Own, useStanding } from './Own';

export default function VolumePage() {
  const t = useT('volume');
  const catalogue = useCatalogue();
  return (
    <QueryState
      query={catalogue}
      rows={12}
      empty={(found) => found.last === null}
      whenEmpty={
        <>
          <PageHead title={t('title')} />
          <EmptyBox title={t('noRows')} />
        </>
      }
    >
      {(found) => <Volume catalogue={found} />}
    </QueryState>
  );
}

/** Metrics a page of business shows: those that can be split by days. */
const ofDays = (catalogue: Catalogue) => catalogue.metrics.filter((metric) => metric.by.includes('day')).map((metric) => metric.id);

/** What an address of this page asks for: which metric, by what, of which days and conditions. */
function asked(url: Params, catalogue: Catalogue, metrics: string[]) {
  const id = url.metric && metrics.includes(url.metric) ? url.metric : 'effective_orders';
  const metric = catalogue.metrics.find((one) => one.id === id)!;
  const days = daysOf(url, catalogue);
  const filters = filtersOf(url);
  const base: Question = { metrics: [id], by: [], ...days, filters };
  const split = url.by && metric.by.includes(url.by) ? url.by : 'county';
  const across = url.across && metric.by.includes(url.across) && url.across !== split ? url.across : undefined;
  const table: Question = {
    ...base,
    by: [split],
    ...(across ? { across } : {}),
    compare: { ...ALONE, previous: !across, last_year: !across, target: !across },
    sort: split === 'day' || split === 'month' ? { descending: false } : { metric: id, descending: true },
    top: { rows: 20 },
  };
  return { id, metric, days, filters, base, split, across, table };
}

function Volume({ catalogue }: { catalogue: Catalogue }) {
  const t = useT('volume');
  const c = useT('common');
  const [url, change] = useUrl();
  const [opened, setOpened] = useState<Opened>();
  const metrics = useMemo(() => ofDays(catalogue), [catalogue]);
  const { id, metric, days, filters, base, split, across, table } = asked(url, catalogue, metrics);
  const grain = daysBetween(days.from, days.to) > 92 ? 'month' : 'day';
  const trend = useFigures({ ...base, by: [grain], compare: { ...ALONE, previous: true, last_year: true } });
  const whole = useFigures({ ...base, compare: { previous: true, last_year: true, adjusted: true, target: true } });
  const pivot = useFigures(table);
  const mine = new Set(useStanding(id, days).data?.map((one) => one.key));
  const open = (name: string, keys: Opened['keys'], which = id) => setOpened({ metric: which, name, keys, ...days, filters });
  const names = new Map(catalogue.dimensions.map((one) => [one.code, one.name]));
  const options = metric.by.map((code) => ({ value: code, label: names.get(code) ?? code }));
  return (
    <>
      <PageHead
        title={t('title')}
        note={range(days.from, days.to)}
        actions={
          <>
            <ViewsButton question={(params) => asked(params, catalogue, metrics).table} />
            <ExportButton question={table} name={`${metric.name} ${names.get(split) ?? ''}`} />
          </>
        }
      />
      <section className="block" aria-label={t('period')}>
        <FigureBar catalogue={catalogue} days={days} change={change} metrics={metrics} metric={id}>
          {filters.map((filter) => (
            <Tag
              key={filter.dimension}
              closable={{ 'aria-label': `${c('reset')} ${names.get(filter.dimension) ?? filter.dimension}` }}
              onClose={() => change({ [filter.dimension]: undefined })}
            >
              {names.get(filter.dimension) ?? filter.dimension}: {filter.values.join('、')}
            </Tag>
          ))}
          {filters.length > 0 && (
            <Button onClick={() => change(Object.fromEntries(filters.map((filter) => [filter.dimension, undefined])))}>{c('reset')}</Button>
          )}
        </FigureBar>
      </section>
      <div className="grid">
        <Block title={metric.name} width={4}>
          <QueryState query={whole} rows={3}>
            {(found) => {
              const cell = found.total[0]!;
              return (
                <div>
                  <div className="figure" style={{ fontSize: 24 }}>
                    <button type="button" className="link" onClick={() => open(metric.name, [])}>
                      {figure(metric.unit, cell.value)}
                    </button>{' '}
                    <span className="small muted">{t(`unit.${metric.unit as 'count'}`)}</span>
                  </div>
                  <p>
                    {t('growth')} <Delta share={part(cell.growth_ppm)} />
                    <br />
                    {t('yearGrowth')} <Delta share={part(cell.year_growth_ppm)} />
                    <br />
                    {t('adjusted')} <Delta share={part(cell.adjusted_growth_ppm)} />
                    {cell.target !== undefined && (
                      <>
                        <br />
                        {t('target')} {figure(metric.unit, cell.target)} · {t('attainment')} {figure('ppm', cell.attainment_ppm)}
                      </>
                    )}
                  </p>
                  <p className="muted small">{metric.about}</p>
                </div>
              );
            }}
          </QueryState>
        </Block>
        <Block title={t('trend')} width={8}>
          <QueryState
            query={trend}
            rows={8}
            empty={(found) => found.rows.length === 0}
            whenEmpty={<EmptyBox title={t('noRows')} help={t('noRowsHelp')} />}
          >
            {(found) => <Trend table={found} metric={metric} onPick={(key) => open(key, [{ dimension: grain, key }])} />}
          </QueryState>
        </Block>
        <Block
          title={t('pivot')}
          extra={
            <>
              <Select
                aria-label={t('by')}
                value={split}
                options={options}
                onChange={(by: string) => change({ by })}
                style={{ width: 120 }}
              />{' '}
              <Select
                aria-label={t('across')}
                value={across ?? ''}
                options={[
                  { value: '', label: `${t('across')}：${t('none')}` },
                  ...options.filter((one) => one.value !== split && one.value !== 'outlet'),
                ]}
                onChange={(value: string) => change({ across: value })}
                style={{ width: 140 }}
              />
            </>
          }
          width={8}
        >
          <QueryState
            query={pivot}
            rows={10}
            empty={(found) => found.rows.length === 0}
            whenEmpty={<EmptyBox title={t('noRows')} help={t('noRowsHelp')} />}
          >
            {(found) => (
              <Pivot
                table={found}
                catalogue={catalogue}
                label={`${metric.name} ${names.get(split) ?? ''}`}
                beside={[
                  ...(metric.additive ? (['share'] as const) : []),
                  'growth',
                  'year',
                  ...(found.total[0]?.target !== undefined ? (['target'] as const) : []),
                ]}
                onOpen={(which, keys, name) => open(name, keys, which.id)}
              />
            )}
          </QueryState>
        </Block>
        <Block title={t('ranking')} width={4} extra={<span className="muted small">{names.get(split)}</span>}>
          <QueryState query={pivot} rows={10} empty={(found) => found.rows.length === 0}>
            {(found) => (
              <>
                <Own metric={metric} days={days} />
                <Ranking
                  label={t('ranking')}
                  rows={found.rows.slice(0, 10).map((row) => ({
                    key: row.key.join('|'),
                    place: row.rank,
                    name: row.labels[0] ?? '',
                    value: size(metric.unit, row.cells[0]?.value) ?? 0,
                    shown: figure(metric.unit, row.cells[0]?.value),
                    change: part(row.cells[0]?.growth_ppm),
                    own: mine.has(row.key[0] ?? ''),
                  }))}
                />
              </>
            )}
          </QueryState>
        </Block>
        {metric.by.includes('county') && (
          <Block title={t('map')} extra={<span className="muted small">{t('mapNote')}</span>}>
            <Areas base={base} metric={metric} area={url.area} onArea={(area) => change({ area })} />
          </Block>
        )}
        {metric.by.includes('weekday') && (
          <Block title={t('heat')} extra={<span className="muted small">{t('heatNote')}</span>}>
            <Heat base={base} metric={metric} onOpen={(keys, name) => open(name, keys)} />
          </Block>
        )}
      </div>
      <RowsDrawer opened={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}
