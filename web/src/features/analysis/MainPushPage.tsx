import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answer, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { ALONE, figure, part, useFigures } from '@/shared/figures/ask';
import { ExportButton } from '@/shared/figures/ExportButton';
import { Pivot } from '@/shared/figures/Pivot';
import { Trend } from '@/shared/figures/Trend';
import { daysBetween } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { Delta, Money } from '@/shared/ui/Money';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Cards, useMetricCard } from './Cards';
import { FileButton } from './FileButton';
import { Frame, type Ground } from './Frame';

const METRICS = ['main_push_share', 'main_push_activations', 'gross_adds', 'average_plan_fee'] as const;

type Row = Schema<'MainPushRow'>;

/** The share of main-push plans in new activations, by plan, clerk and outlet, and the outlets below their target. */
export default function MainPushPage() {
  const t = useT('analysis');
  return (
    <Frame title={t('push.title')} actions={(ground) => <ExportButton question={planOf(ground)} name={t('push.plans')} />}>
      {(ground) => <MainPush ground={ground} />}
    </Frame>
  );
}

const planOf = (ground: Ground) =>
  ground.ask(['gross_adds', 'main_push_activations', 'average_plan_fee'], {
    by: ['product'],
    compare: { ...ALONE, previous: true },
    sort: { metric: 'gross_adds', descending: true },
    top: { rows: 20 },
  });

function MainPush({ ground }: { ground: Ground }) {
  const t = useT('analysis');
  const card = useMetricCard();
  const { days, catalogue, open, filters } = ground;
  const grain = daysBetween(days.from, days.to) > 92 ? 'month' : 'day';
  const total = useFigures(ground.ask([...METRICS], { compare: { ...ALONE, previous: true, last_year: true } }));
  const trend = useFigures(ground.ask(['main_push_share'], { by: [grain], compare: { ...ALONE, previous: true } }));
  const plans = useFigures(planOf(ground));
  const clerks = useFigures(
    ground.ask([...METRICS], { by: ['clerk'], sort: { metric: 'main_push_activations', descending: true }, top: { rows: 20 } }),
  );
  const query = { ...days, ...Object.fromEntries(filters.map((one) => [one.dimension, one.values.join(',')])) };
  const below = useQuery({
    queryKey: ['main-push', query],
    queryFn: () => answer(http.GET('/api/v1/main-push/outlets', { params: { query: { ...query, limit: 1 } } })),
  });
  return (
    <div className="grid">
      <Block title={t('push.summary')}>
        <QueryState query={total} rows={2}>
          {(found) => (
            <Cards
              label={t('push.summary')}
              cards={[
                ...METRICS.map((id, at) => card(ground.metric(id), found.total[at], () => open(id, ground.metric(id).name, []))),
                ...(below.data
                  ? [
                      {
                        key: 'below',
                        title: t('push.below'),
                        shown: `${below.data.outlets_below} / ${below.data.outlets}`,
                        note: t('push.default', { target: figure('ppm', below.data.default_ppm) }),
                      },
                    ]
                  : []),
              ]}
            />
          )}
        </QueryState>
      </Block>
      <div className="w6">
        <Block title={t('push.trend')}>
          <QueryState query={trend} rows={8} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
            {(found) => <Trend table={found} metric={ground.metric('main_push_share')} />}
          </QueryState>
        </Block>
      </div>
      <div className="w6">
        <Block title={t('push.plans')}>
          <QueryState query={plans} rows={8} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
            {(found) => (
              <Pivot
                table={found}
                catalogue={catalogue}
                label={t('tableOf', { name: t('push.plans') })}
                onOpen={(metric, keys, name) => open(metric.id, name, keys)}
              />
            )}
          </QueryState>
        </Block>
      </div>
      <Block title={t('push.clerks')}>
        <QueryState query={clerks} rows={8} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
          {(found) => (
            <Pivot
              table={found}
              catalogue={catalogue}
              label={t('tableOf', { name: t('push.clerks') })}
              onOpen={(metric, keys, name) => open(metric.id, name, keys)}
            />
          )}
        </QueryState>
      </Block>
      <div>
        <h2 className="part-title">{t('push.outlets')}</h2>
        <Outlets ground={ground} fixed={query} />
      </div>
    </div>
  );
}

function Outlets({ ground, fixed }: { ground: Ground; fixed: Record<string, string> }) {
  const t = useT('analysis');
  const columns: Column<Row>[] = [
    {
      key: 'outlet',
      title: t('outlet'),
      sorter: true,
      render: (_, row) => (
        <>
          <button
            type="button"
            className="link"
            onClick={() => ground.open('main_push_activations', row.outlet.name, [{ dimension: 'outlet', key: row.outlet.code }])}
          >
            {row.outlet.name}
          </button>{' '}
          <Link className="muted small" to="/outlets" search={{ id: row.outlet.code } as never}>
            {row.outlet.code}
          </Link>
        </>
      ),
    },
    { key: 'owner', title: t('owner'), sorter: true, render: (_, row) => row.outlet.owner_name },
    { key: 'territory', title: t('area'), sorter: true, render: (_, row) => row.outlet.territory_name },
    { key: 'adds', title: t('push.adds'), num: true, sorter: true, render: (_, row) => figure('count', row.adds) },
    { key: 'push', title: t('push.activations'), num: true, sorter: true, render: (_, row) => figure('count', row.push) },
    { key: 'share', title: t('push.share'), num: true, sorter: true, render: (_, row) => figure('ppm', row.share_ppm) },
    { key: 'before', title: t('push.before'), num: true, sorter: true, render: (_, row) => figure('ppm', row.before_ppm) },
    {
      key: 'target',
      title: t('push.target'),
      num: true,
      render: (_, row) => (
        <>
          {figure('ppm', row.target_ppm)} {row.target_own && <span className="muted small">{t('push.own')}</span>}
        </>
      ),
    },
    {
      key: 'gap',
      title: t('push.gap'),
      num: true,
      sorter: true,
      render: (_, row) => <Delta share={part(row.gap_ppm)} label={t('push.gap')} />,
    },
    {
      key: 'state',
      title: t('push.state'),
      render: (_, row) => <StatusTag tone={row.below ? 'warn' : 'good'}>{row.below ? t('push.isBelow') : t('push.reached')}</StatusTag>,
    },
    { key: 'fee', title: t('push.fee'), money: true, sorter: true, render: (_, row) => <Money fen={row.fee} /> },
  ];
  return (
    <ResourceTable<Row>
      id="main-push"
      label={t('push.outlets')}
      columns={columns}
      rowKey={(row) => row.outlet.code}
      fixed={fixed}
      load={(query, signal) => answer(http.GET('/api/v1/main-push/outlets', { params: { query: query as never }, signal }))}
      tabs={{
        param: 'below',
        items: [
          { value: '', label: t('push.all') },
          { value: 'true', label: t('push.below') },
        ],
      }}
      filters={[{ kind: 'text', name: 'q', label: t('search'), placeholder: t('searchHelp') }]}
      ownFile
      tools={(query) => <FileButton path="/api/v1/main-push/outlets/export" query={query} />}
      whenEmpty={<EmptyBox title={t('push.noneBelow')} />}
    />
  );
}
