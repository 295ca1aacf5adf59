import { useT } from '@/i18n';
import { figure, part, useFigures, type Table } from '@/shared/figures/ask';
import { ExportButton } from '@/shared/figures/ExportButton';
import { Trend } from '@/shared/figures/Trend';
import { count } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { Delta } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Cards } from './Cards';
import { Frame, type Ground } from './Frame';
import { holidayRows, kindsOf } from './holidays';

const METRICS = ['holiday_index', 'holiday_open_outlets', 'holiday_closed_outlets'] as const;

/** Holidays against working days: how far business drops, by channel category and by holiday, and which outlets did any. */
export default function HolidaysPage() {
  const t = useT('analysis');
  return (
    <Frame
      title={t('holiday.title')}
      otherwise="year"
      actions={(ground) => <ExportButton question={tableOf(ground)} name={t('holiday.title')} />}
    >
      {(ground) => <Holidays ground={ground} />}
    </Frame>
  );
}

const tableOf = (ground: Ground) => ground.ask([...METRICS], { by: ['channel'] });

function Holidays({ ground }: { ground: Ground }) {
  const t = useT('analysis');
  const orders = ground.metric('effective_orders');
  const channels = useFigures(tableOf(ground));
  const kinds = useFigures(ground.ask(['effective_orders'], { by: ['day_kind'] }));
  const days = useFigures(ground.ask(['effective_orders'], { by: ['day'], across: 'channel' }));
  const trend = useFigures(ground.ask(['effective_orders'], { by: ['day'] }));
  return (
    <QueryState query={channels} rows={10}>
      {(found) => {
        const off = found.marked.filter((day) => day.kind === 'holiday');
        if (off.length === 0)
          return (
            <Block title={t('holiday.title')}>
              <EmptyBox title={t('holiday.none')} help={t('holiday.noneHelp')} />
            </Block>
          );
        return (
          <div className="grid">
            <Block title={t('holiday.summary')}>
              <QueryState query={kinds} rows={2}>
                {(by) => <Cards label={t('holiday.summary')} cards={cardsOf(found, by, t)} />}
              </QueryState>
              <p className="muted small">{t('holiday.formula')}</p>
            </Block>
            <Block title={t('holiday.byChannel')}>
              <Channels table={found} />
            </Block>
            <Block title={t('holiday.byHoliday')}>
              <QueryState query={days} rows={6}>
                {(by) => <Matrix table={by} />}
              </QueryState>
            </Block>
            <Block title={t('holiday.days')}>
              <QueryState query={trend} rows={8}>
                {(by) => (
                  <Trend table={by} metric={orders} onPick={(key) => ground.open('effective_orders', key, [{ dimension: 'day', key }])} />
                )}
              </QueryState>
            </Block>
          </div>
        );
      }}
    </QueryState>
  );
}

/** Outlets with and without business, of those the network knows: business at an outlet of no list is nobody's opening. */
function outletsOf(channels: Table): [number, number] {
  const known = channels.rows.filter((row) => row.key[0] !== '');
  const sum = (at: number) => known.reduce((all, row) => all + (row.cells[at]?.value ?? 0), 0);
  return [sum(1), sum(2)];
}

type Texts = ReturnType<typeof useT<'analysis'>>;

function cardsOf(channels: Table, kinds: Table, t: Texts) {
  const days = [...kindsOf(kinds.days.from, kinds.days.to, kinds.marked).values()];
  const average = (kind: string) => {
    const held = days.filter((one) => one === kind).length;
    const value = kinds.rows.find((row) => row.key[0] === kind)?.cells[0]?.value ?? 0;
    return held > 0 ? count(Math.round((value / held) * 100) / 100) : '—';
  };
  const index = channels.total[0];
  const [open, closed] = outletsOf(channels);
  const ratio = part(index?.value);
  return [
    {
      key: 'index',
      title: t('holiday.index'),
      shown: figure('ppm', index?.value),
      note: (
        <>
          {t('holiday.drop')} <Delta share={ratio === null ? null : ratio - 1} label={t('holiday.drop')} />
        </>
      ),
    },
    {
      key: 'off',
      title: t('holiday.offAverage'),
      shown: average('holiday'),
      note: t('holiday.offDays', { count: days.filter((one) => one === 'holiday').length }),
    },
    {
      key: 'work',
      title: t('holiday.workAverage'),
      shown: average('work'),
      note: t('holiday.workDays', { count: days.filter((one) => one === 'work').length }),
    },
    { key: 'open', title: t('holiday.open'), shown: figure('outlets', open) },
    { key: 'closed', title: t('holiday.closed'), shown: figure('outlets', closed) },
  ];
}

function Channels({ table }: { table: Table }) {
  const t = useT('analysis');
  const v = useT('volume');
  const row = (name: string, cells: Table['total'], outlets: (number | null | undefined)[]) => {
    const ratio = part(cells[0]?.value);
    return (
      <tr key={name}>
        <th scope="row">{name}</th>
        <td className="num">{figure('ppm', cells[0]?.value)}</td>
        <td className="num">
          <Delta share={ratio === null ? null : ratio - 1} label={t('holiday.drop')} />
        </td>
        <td className="num">{figure('outlets', outlets[0])}</td>
        <td className="num">{figure('outlets', outlets[1])}</td>
      </tr>
    );
  };
  return (
    <PlainTable label={t('tableOf', { name: t('holiday.byChannel') })}>
      <thead>
        <tr>
          <th scope="col">{t('channel')}</th>
          {(['index', 'drop', 'open', 'closed'] as const).map((one) => (
            <th key={one} scope="col" className="num">
              {t(`holiday.${one}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((one) => row(one.labels[0] ?? '', one.cells, one.key[0] === '' ? [] : [one.cells[1]?.value, one.cells[2]?.value]))}
        {row(v('total'), table.total, outletsOf(table))}
      </tbody>
    </PlainTable>
  );
}

/** Holidays down, channel categories across: a day's average and its change against working days. */
function Matrix({ table }: { table: Table }) {
  const t = useT('analysis');
  return (
    <PlainTable label={t('tableOf', { name: t('holiday.byHoliday') })}>
      <thead>
        <tr>
          <th scope="col">{t('holiday.name')}</th>
          <th scope="col">{t('holiday.when')}</th>
          {table.across.map((head) => (
            <th key={head.key} scope="col" className="num">
              {head.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {holidayRows(table).map((row) => (
          <tr key={row.from}>
            <th scope="row">{row.name}</th>
            <td>{row.from === row.to ? row.from : `${row.from} – ${row.to.slice(5)}`}</td>
            {row.cells.map((cell, at) => (
              <td key={table.across[at]?.key} className="num">
                {count(Math.round(cell.average * 10) / 10)} <Delta share={cell.drop} label={t('holiday.drop')} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
