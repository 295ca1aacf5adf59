import { Select, Tabs } from 'antd';
import { useState } from 'react';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { ALONE, figure, part, useCatalogue, useFigures, type Catalogue } from '@/shared/figures/ask';
import { ExportButton } from '@/shared/figures/ExportButton';
import { Pivot } from '@/shared/figures/Pivot';
import { RowsDrawer, type Opened } from '@/shared/figures/RowsDrawer';
import { dayPlus, monthPlus } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { Delta } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { MonthPicker } from '@/shared/ui/Pickers';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';
import { Cards } from './Cards';
import { Part } from './Frame';
import { targetable } from './targetable';
import { TargetList } from './TargetList';

const SPLITS = ['outlet', 'partner', 'county', 'town'] as const;
type Split = (typeof SPLITS)[number];
const MOST = 200;

/** Sales of every outlet of one's part of the network against target and the month before, and the targets themselves. */
export default function TargetsPage() {
  const t = useT('analysis');
  const me = useMe();
  const catalogue = useCatalogue();
  const [url, change] = useUrl();
  const month = url.month ?? me.today.slice(0, 7);
  return (
    <>
      <PageHead
        title={t('targets.title')}
        actions={<MonthPicker value={month} onChange={(value) => change({ month: value, after: undefined })} />}
      />
      <Tabs
        activeKey={url.tab === 'list' ? 'list' : 'reached'}
        onChange={(tab) => change({ tab: tab === 'list' ? 'list' : undefined, after: undefined, q: undefined, of: undefined })}
        items={[
          { key: 'reached', label: t('targets.reached') },
          { key: 'list', label: t('targets.list') },
        ]}
      />
      <QueryState query={catalogue} rows={10}>
        {(found) => (url.tab === 'list' ? <TargetList catalogue={found} month={month} /> : <Reached catalogue={found} month={month} />)}
      </QueryState>
    </>
  );
}

function Reached({ catalogue, month }: { catalogue: Catalogue; month: string }) {
  const t = useT('analysis');
  const v = useT('volume');
  const me = useMe();
  const [url, change] = useUrl();
  const [opened, setOpened] = useState<Opened>();
  const metrics = targetable(catalogue);
  const metric = metrics.find((one) => one.id === url.metric) ?? metrics.find((one) => one.id === 'effective_orders')!;
  const split: Split = SPLITS.find((one) => one === url.by) ?? 'outlet';
  // A target is of a whole month, also while the month goes on.
  const days = { from: `${month}-01`, to: dayPlus(`${monthPlus(month, 1)}-01`, -1) };
  const filters = ['territory', 'channel'].flatMap((name) => (url[name] ? [{ dimension: name, values: url[name].split(',') }] : []));
  const compare = { ...ALONE, previous: true, last_year: true, target: true };
  // A part of the network has no target of its own in the answer to a filtered question, its rows do.
  const total = useFigures({ metrics: [metric.id], by: [], ...days, compare, filters });
  const question = {
    metrics: [metric.id],
    by: [split],
    ...days,
    filters,
    compare,
    sort: { metric: metric.id, descending: url.order !== 'least' },
    top: { rows: MOST },
  };
  const table = useFigures(question);
  const names = new Map(catalogue.dimensions.map((one) => [one.code, one.name]));
  const over = me.today > days.to ? undefined : Number(me.today.slice(8)) / Number(days.to.slice(8));
  return (
    <>
      <section className="block" style={{ marginBottom: 12 }} aria-label={t('targets.title')}>
        <search className="filters">
          <div className="field">
            <Select
              aria-label={v('metric')}
              value={metric.id}
              showSearch={{ optionFilterProp: 'label' }}
              options={metrics.map((one) => ({ value: one.id, label: one.name }))}
              onChange={(id: string) => change({ metric: id })}
              style={{ width: '100%' }}
            />
          </div>
          <div className="field">
            <Select
              aria-label={t('by')}
              value={split}
              options={SPLITS.map((value) => ({ value, label: names.get(value) ?? value }))}
              onChange={(by: Split) => change({ by })}
              style={{ width: '100%' }}
            />
          </div>
          <div className="field">
            <Select
              aria-label={t('targets.order')}
              value={url.order === 'least' ? 'least' : 'most'}
              options={(['most', 'least'] as const).map((value) => ({ value, label: t(`targets.${value}`) }))}
              onChange={(order: string) => change({ order: order === 'least' ? order : undefined })}
              style={{ width: '100%' }}
            />
          </div>
          <Part url={url} change={change} />
        </search>
      </section>
      <div className="grid">
        <Block title={t('targets.whole')}>
          <QueryState query={total} rows={2}>
            {(found) => {
              const cell = found.total[0];
              return (
                <Cards
                  label={t('targets.whole')}
                  cards={[
                    { key: 'value', title: metric.name, shown: figure(metric.unit, cell?.value) },
                    {
                      key: 'target',
                      title: v('target'),
                      shown: figure(metric.unit, cell?.target),
                      ...(cell?.target === undefined ? { note: filters.length > 0 ? t('targets.filtered') : t('targets.noneSet') } : {}),
                    },
                    {
                      key: 'reached',
                      title: v('attainment'),
                      shown: figure('ppm', cell?.attainment_ppm),
                      ...(over === undefined ? {} : { note: t('targets.passed', { share: Math.round(over * 100) }) }),
                    },
                    {
                      key: 'previous',
                      title: v('previous'),
                      shown: figure(metric.unit, cell?.previous),
                      note: <Delta share={part(cell?.growth_ppm)} />,
                    },
                  ]}
                />
              );
            }}
          </QueryState>
        </Block>
        <Block title={t('targets.each')} extra={<ExportButton question={question} name={`${t('targets.title')} ${month}`} />}>
          <QueryState query={table} rows={12} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
            {(found) => (
              <Pivot
                table={found}
                catalogue={catalogue}
                label={t('tableOf', { name: t('targets.each') })}
                beside={['goal', 'target', 'before', 'growth', 'year']}
                onOpen={(one, keys, name) => setOpened({ metric: one.id, name, keys, ...days, filters })}
              />
            )}
          </QueryState>
        </Block>
      </div>
      <RowsDrawer opened={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}
