import { PrinterOutlined } from '@ant-design/icons';
import { Button, Segmented, Select } from 'antd';
import { useT } from '@/i18n';
import { ALONE, useFigures } from '@/shared/figures/ask';
import { ExportButton } from '@/shared/figures/ExportButton';
import { Pivot } from '@/shared/figures/Pivot';
import { Trend } from '@/shared/figures/Trend';
import { daysBetween } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Cards, useMetricCard } from './Cards';
import { Cohorts } from './Cohorts';
import { Frame, type Ground } from './Frame';

const METRICS = ['gross_adds', 'cancellations', 'net_adds'] as const;
/** What new users are split by; of handsets their sales. */
const SPLITS = ['subtype', 'outlet', 'product', 'handset', 'county', 'channel', 'month', 'day'] as const;
type Split = (typeof SPLITS)[number];

/** New users by day, channel, outlet, plan and handset, and what becomes of them. */
export default function DevelopmentPage() {
  const t = useT('analysis');
  return (
    <Frame
      title={t('development.title')}
      actions={(ground) => (
        <>
          <Button icon={<PrinterOutlined />} onClick={() => print()}>
            {t('print')}
          </Button>
          <ExportButton question={tableOf(ground)} name={t('development.title')} />
        </>
      )}
    >
      {(ground) => <Development ground={ground} />}
    </Frame>
  );
}

const splitOf = ({ url }: Ground): Split => SPLITS.find((one) => one === url.by) ?? 'subtype';

function tableOf(ground: Ground) {
  const split = splitOf(ground);
  const metrics = split === 'handset' ? ['terminal_sales', 'terminal_amount'] : [...METRICS];
  const timed = split === 'month' || split === 'day';
  return ground.ask(metrics, {
    by: [split === 'handset' ? 'product' : split],
    compare: { ...ALONE, previous: true, last_year: true },
    sort: timed ? { descending: false } : { metric: metrics[0]!, descending: true },
    top: { rows: timed ? 400 : 30 },
  });
}

function Development({ ground }: { ground: Ground }) {
  const t = useT('analysis');
  const card = useMetricCard();
  const { days, url, change, catalogue, open } = ground;
  const id = METRICS.find((one) => one === url.metric) ?? 'gross_adds';
  const split = splitOf(ground);
  const grain = daysBetween(days.from, days.to) > 92 ? 'month' : 'day';
  const total = useFigures(ground.ask([...METRICS], { compare: { ...ALONE, previous: true, last_year: true } }));
  const trend = useFigures(ground.ask([id], { by: [grain], compare: { ...ALONE, previous: true, last_year: true } }));
  const table = useFigures(tableOf(ground));
  return (
    <div className="grid">
      <Block title={t('development.summary')}>
        <QueryState query={total} rows={2}>
          {(found) => (
            <Cards
              label={t('development.summary')}
              cards={METRICS.map((one, at) => card(ground.metric(one), found.total[at], () => open(one, ground.metric(one).name, [])))}
            />
          )}
        </QueryState>
      </Block>
      <Block
        title={t('trend')}
        extra={
          <Segmented
            aria-label={t('trend')}
            value={id}
            options={METRICS.map((one) => ({ value: one, label: ground.metric(one).name }))}
            onChange={(metric) => change({ metric })}
          />
        }
      >
        <QueryState query={trend} rows={8} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
          {(found) => <Trend table={found} metric={ground.metric(id)} onPick={(key) => open(id, key, [{ dimension: grain, key }])} />}
        </QueryState>
      </Block>
      <Block
        title={t('development.split')}
        extra={
          <Select
            aria-label={t('by')}
            value={split}
            options={SPLITS.map((one) => ({ value: one, label: t(`split.${one}`) }))}
            onChange={(by: Split) => change({ by })}
            style={{ width: 140 }}
          />
        }
      >
        <QueryState query={table} rows={10} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
          {(found) => (
            <Pivot
              table={found}
              catalogue={catalogue}
              label={t('tableOf', { name: t('development.split') })}
              beside={['growth', 'year']}
              onOpen={(metric, keys, name) => open(metric.id, name, keys)}
            />
          )}
        </QueryState>
      </Block>
      <Cohorts ground={ground} />
    </div>
  );
}
