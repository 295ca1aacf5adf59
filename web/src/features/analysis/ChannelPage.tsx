import { Segmented, Select } from 'antd';
import { Link } from '@tanstack/react-router';
import { useT } from '@/i18n';
import { useFigures } from '@/shared/figures/ask';
import { ExportButton } from '@/shared/figures/ExportButton';
import { Pivot } from '@/shared/figures/Pivot';
import { Block } from '@/shared/ui/Block';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Cards, useMetricCard } from './Cards';
import { Frame, type Ground } from './Frame';
import { Growth } from './Growth';

const METRICS = {
  outlets: ['outlets_open', 'outlets_active', 'outlets_opened', 'outlets_closed', 'outlets_net', 'outlets_moved'],
  partners: ['partners_open', 'partners_active', 'partners_opened', 'partners_closed', 'partners_net', 'partners_moved'],
} as const;
type Whose = keyof typeof METRICS;
/** Types and regions; what a partner has none of is not offered for partners. */
const SPLITS = {
  outlets: ['month', 'channel', 'subtype', 'grade', 'county', 'town', 'partner'],
  partners: ['month', 'tier', 'county', 'root'],
} as const;

/** Outlets and partners by type, region and month: in force, active, opened, closed, net growth, moves between classes or tiers. */
export default function ChannelPage() {
  const t = useT('analysis');
  return (
    <Frame
      title={t('channels.title')}
      otherwise="year"
      actions={(ground) => <ExportButton question={tableOf(ground)} name={t('channels.title')} />}
    >
      {(ground) => <Channel ground={ground} />}
    </Frame>
  );
}

const whoseOf = ({ url }: Ground): Whose => (url.of === 'partners' ? 'partners' : 'outlets');
const splitOf = (ground: Ground): string => {
  const all: readonly string[] = SPLITS[whoseOf(ground)];
  return ground.url.by && all.includes(ground.url.by) ? ground.url.by : 'month';
};

/** Partners have no channel category. */
const filtersOf = (ground: Ground) =>
  whoseOf(ground) === 'partners' ? ground.filters.filter((one) => one.dimension !== 'channel') : ground.filters;

function tableOf(ground: Ground) {
  const whose = whoseOf(ground);
  const split = splitOf(ground);
  return ground.ask([...METRICS[whose]], {
    by: [split],
    filters: filtersOf(ground),
    sort: split === 'month' ? { descending: true } : { metric: METRICS[whose][0], descending: true },
    top: { rows: 60 },
  });
}

function Channel({ ground }: { ground: Ground }) {
  const t = useT('analysis');
  const v = useT('volume');
  const card = useMetricCard();
  const { change, catalogue } = ground;
  const whose = whoseOf(ground);
  const split = splitOf(ground);
  const filters = filtersOf(ground);
  const total = useFigures(ground.ask([...METRICS[whose]], { filters }));
  const months = useFigures(ground.ask([...METRICS[whose]], { by: ['month'], filters }));
  const table = useFigures(tableOf(ground));
  const names = new Map(catalogue.dimensions.map((one) => [one.code, one.name]));
  const [open, , opened, closed] = METRICS[whose];
  return (
    <div className="grid">
      <Block
        title={t('channels.summary')}
        extra={
          <Segmented
            aria-label={t('channels.whose')}
            value={whose}
            options={(['outlets', 'partners'] as const).map((value) => ({ value, label: t(`channels.${value}`) }))}
            onChange={(of) => change({ of: of === 'outlets' ? undefined : of, by: undefined })}
          />
        }
      >
        <QueryState query={total} rows={2}>
          {(found) => (
            <>
              <Cards label={t('channels.summary')} cards={METRICS[whose].map((id, at) => card(ground.metric(id), found.total[at]))} />
              <p className="muted small">{t('channels.formula')}</p>
              <p>
                <Link to={`/${whose}`}>{t(`channels.list.${whose}`)}</Link>
              </p>
            </>
          )}
        </QueryState>
      </Block>
      <Block title={t('channels.growth')}>
        <QueryState query={months} rows={8} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
          {(found) => (
            <Growth
              table={found}
              name={t('channels.growth')}
              metrics={{ opened: ground.metric(opened), closed: ground.metric(closed), open: ground.metric(open) }}
            />
          )}
        </QueryState>
      </Block>
      <Block
        title={t('channels.split')}
        extra={
          <Select
            aria-label={v('by')}
            value={split}
            options={SPLITS[whose].map((value) => ({ value, label: names.get(value) ?? value }))}
            onChange={(by: string) => change({ by })}
            style={{ width: 140 }}
          />
        }
      >
        <QueryState query={table} rows={10} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
          {(found) => <Pivot table={found} catalogue={catalogue} label={t('tableOf', { name: t('channels.split') })} />}
        </QueryState>
      </Block>
    </div>
  );
}
