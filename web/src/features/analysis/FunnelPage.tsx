import { Select } from 'antd';
import { useT } from '@/i18n';
import { FlowFunnel } from '@/shared/charts/FlowFunnel';
import { ALONE, part, useFigures, type Table } from '@/shared/figures/ask';
import { ExportButton } from '@/shared/figures/ExportButton';
import { count, money, percent, yuan } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { BigCount, BigMoney } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Frame, type Ground } from './Frame';
import { STEPS, steps } from './funnel';

const SPLITS = ['outlet', 'county', 'channel', 'subtype', 'month', 'week'] as const;
type Split = (typeof SPLITS)[number];

/** Visitors, customers, orders and cash, with the rate of each step, in whole and by outlet or period. */
export default function FunnelPage() {
  const t = useT('analysis');
  return (
    <Frame title={t('funnel.title')} actions={(ground) => <ExportButton question={tableOf(ground)} name={t('funnel.title')} />}>
      {(ground) => <Funnel ground={ground} />}
    </Frame>
  );
}

const splitOf = ({ url }: Ground): Split => SPLITS.find((one) => one === url.by) ?? 'outlet';

function tableOf(ground: Ground) {
  const split = splitOf(ground);
  const timed = split === 'month' || split === 'week';
  return ground.ask([...STEPS], {
    by: [split],
    sort: timed ? { descending: true } : { metric: 'orders', descending: true },
    top: { rows: 50 },
  });
}

function Funnel({ ground }: { ground: Ground }) {
  const t = useT('analysis');
  const split = splitOf(ground);
  const names = new Map(ground.catalogue.dimensions.map((one) => [one.code, one.name]));
  const total = useFigures(ground.ask([...STEPS], { compare: { ...ALONE, previous: true } }));
  const table = useFigures(tableOf(ground));
  return (
    <div className="grid">
      <Block title={t('funnel.whole')}>
        <QueryState query={total} rows={3}>
          {(found) => {
            const whole = steps(found.total);
            const change = (at: number) => part(found.total[at]?.growth_ppm);
            return (
              <>
                <FlowFunnel
                  label={t('funnel.whole')}
                  steps={[
                    whole.visitors === null
                      ? { name: ground.metric('visitors').name, value: '—', instead: t('funnel.noVisitors') }
                      : { name: ground.metric('visitors').name, value: <BigCount value={whole.visitors} />, change: change(0) },
                    {
                      name: ground.metric('customers').name,
                      value: <BigCount value={whole.customers} />,
                      change: change(1),
                      conversion: whole.came,
                    },
                    {
                      name: ground.metric('orders').name,
                      value: <BigCount value={whole.orders} />,
                      change: change(2),
                      ...(whole.bought === null ? {} : { instead: t('funnel.perCustomer', { rate: percent(whole.bought) }) }),
                    },
                    {
                      name: ground.metric('cash').name,
                      value: <BigMoney fen={whole.cash} />,
                      change: change(3),
                      ...(whole.worth === null ? {} : { instead: t('funnel.perOrder', { amount: yuan(whole.worth) }) }),
                    },
                  ]}
                />
                <p className="muted small">{whole.visitors === null ? t('funnel.noVisitorsHelp') : t('funnel.note')}</p>
              </>
            );
          }}
        </QueryState>
      </Block>
      <Block
        title={t('funnel.split')}
        extra={
          <Select
            aria-label={t('by')}
            value={split}
            options={SPLITS.map((value) => ({ value, label: names.get(value) ?? value }))}
            onChange={(by: Split) => ground.change({ by })}
            style={{ width: 140 }}
          />
        }
      >
        <QueryState query={table} rows={10} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('nothing')} />}>
          {(found) => <Rates table={found} ground={ground} split={split} label={t('tableOf', { name: t('funnel.split') })} />}
        </QueryState>
      </Block>
    </div>
  );
}

function Rates({ table, ground, split, label }: { table: Table; ground: Ground; split: Split; label: string }) {
  const t = useT('analysis');
  const v = useT('volume');
  const names = new Map(ground.catalogue.dimensions.map((one) => [one.code, one.name]));
  const rate = (share: number | null) => (share === null ? '—' : percent(share));
  const row = (cells: Table['total'], key: string | undefined, name: string) => {
    const found = steps(cells);
    const opens = (metric: (typeof STEPS)[number], shown: string) =>
      key === undefined ? (
        shown
      ) : (
        <button type="button" className="link" onClick={() => ground.open(metric, name, [{ dimension: split, key }])}>
          {shown}
        </button>
      );
    return (
      <>
        <td className="num">{found.visitors === null ? '—' : count(found.visitors)}</td>
        <td className="num">{rate(found.came)}</td>
        <td className="num">{opens('customers', count(found.customers))}</td>
        <td className="num">{rate(found.bought)}</td>
        <td className="num">{opens('orders', count(found.orders))}</td>
        <td className="num">{found.worth === null ? '—' : money(found.worth)}</td>
        <td className="num">{opens('cash', money(found.cash))}</td>
      </>
    );
  };
  return (
    <PlainTable
      label={label}
      maxHeight={560}
      heads={[
        names.get(split) ?? split,
        { num: ground.metric('visitors').name },
        { num: t('funnel.came') },
        { num: ground.metric('customers').name },
        { num: t('funnel.bought') },
        { num: ground.metric('orders').name },
        { num: t('funnel.worth') },
        { num: t('funnel.cash') },
      ]}
    >
      <tbody>
        {table.rows.map((one) => (
          <tr key={one.key.join('|')}>
            <th scope="row">{one.labels[0]}</th>
            {row(one.cells, one.key[0] ?? '', one.labels[0] ?? '')}
          </tr>
        ))}
        {table.rest && (
          <tr>
            <th scope="row">{v('rest', { count: table.rest.rows })}</th>
            {row(table.rest.cells, undefined, '')}
          </tr>
        )}
        <tr>
          <th scope="row">{v('total')}</th>
          {row(table.total, undefined, '')}
        </tr>
      </tbody>
    </PlainTable>
  );
}
