import { Link } from '@tanstack/react-router';
import { Button, Checkbox, DatePicker, Space } from 'antd';
import dayjs from 'dayjs';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count, money, percent } from '@/shared/format/money';
import { range } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { Delta, Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { AreaPicker } from '@/shared/ui/Pickers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { useAreas } from '@/shared/words';
import { grew } from './data';
import { ProductPick } from './Fields';

type Report = Schema<'PriceReport'>;

const num = (name: string) => ({ num: name });

/** What prices leave dealers, how they stand beside competitors, and what becomes of sales where they are high. */
export default function ReportPage() {
  const t = useT('priceReport');
  const common = useT('common');
  const [url, change] = useUrl();
  const { areas, loading } = useAreas();
  const { from, to, territory, product } = url;
  const query = api.useQuery('get', '/api/v1/price-report', { params: { query: { from, to, territory, product } } });
  return (
    <>
      <PageHead
        title={t('title')}
        note={query.data && range(query.data.from, query.data.to)}
        actions={<Button onClick={() => print()}>{common('print')}</Button>}
      />
      <Space wrap style={{ marginBottom: 12 }}>
        <AreaPicker areas={areas} loading={loading} value={territory} onChange={(code) => change({ territory: code })} />
        <div style={{ width: 220 }}>
          <ProductPick label={t('product')} value={product} onChange={(code) => change({ product: code })} />
        </div>
        <DatePicker.RangePicker
          aria-label={t('days')}
          value={from && to ? [dayjs(from), dayjs(to)] : null}
          onChange={(days) => change({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })}
        />
        <Checkbox
          checked={url.only === 'bottleneck'}
          onChange={(event) => change({ only: event.target.checked ? 'bottleneck' : undefined })}
        >
          {t('onlyBottlenecks')}
        </Checkbox>
      </Space>
      <QueryState query={query} rows={12}>
        {(report) => (
          <>
            <p className="muted">{t('before', { day: report.before_from })}</p>
            <High report={report} only={url.only === 'bottleneck'} />
            <Areas report={report} />
            <Goals report={report} />
            <Points report={report} />
          </>
        )}
      </QueryState>
    </>
  );
}

function High({ report, only }: { report: Report; only: boolean }) {
  const t = useT('priceReport');
  const rows = report.high.filter((row) => !only || row.bottleneck);
  return (
    <Block title={t('high')}>
      <p className="muted small">{t('highHelp', { count: report.least_checks })}</p>
      {rows.length === 0 ? (
        <EmptyBox title={t('noHigh')} />
      ) : (
        <PlainTable
          label={t('high')}
          heads={[
            t('outlet'),
            t('area'),
            t('product'),
            num(t('last')),
            num(t('suggested')),
            num(t('checks')),
            num(t('inRow')),
            num(t('was')),
            num(t('now')),
            num(t('change')),
            t('bottleneck'),
          ]}
        >
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.outlet} ${row.product}`}>
                <th scope="row">
                  <Link to="/outlets/$code" params={{ code: row.outlet } as never}>
                    {row.outlet_name}
                  </Link>
                </th>
                <td>{row.territory_name}</td>
                <td>
                  <Link to="/prices/checks" search={{ product: row.product, outlet: row.outlet } as never}>
                    {row.product_name}
                  </Link>
                </td>
                <td className="num">
                  <Money fen={row.last} />
                </td>
                <td className="num">
                  <Money fen={row.suggested} />
                </td>
                <td className="num">{t('partOf', { part: count(row.high), all: count(row.looked) })}</td>
                <td className="num">{count(row.in_row)}</td>
                <td className="num">{count(row.before)}</td>
                <td className="num">{count(row.now)}</td>
                <td className="num">
                  <Delta share={grew(row.now, row.before)} />
                </td>
                <td>{row.bottleneck ? <StatusTag tone="bad">{t('bottleneck')}</StatusTag> : '—'}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </Block>
  );
}

function Areas({ report }: { report: Report }) {
  const t = useT('priceReport');
  if (report.areas.length === 0) return null;
  const sales = (before: number, now: number) => (
    <>
      {t('fromTo', { before: count(before), now: count(now) })} <Delta share={grew(now, before)} />
    </>
  );
  return (
    <Block title={t('areas')}>
      <p className="muted small">{t('areasHelp')}</p>
      <PlainTable
        label={t('areas')}
        heads={[t('area'), t('product'), num(t('highOutlets')), num(t('highSales')), num(t('otherOutlets')), num(t('otherSales'))]}
      >
        <tbody>
          {report.areas.map((row) => (
            <tr key={`${row.area} ${row.product}`}>
              <th scope="row">{row.area_name}</th>
              <td>{row.product_name}</td>
              <td className="num">{count(row.high_outlets)}</td>
              <td className="num">{sales(row.high_before, row.high_now)}</td>
              <td className="num">{count(row.other_outlets)}</td>
              <td className="num">{sales(row.other_before, row.other_now)}</td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Block>
  );
}

function Goals({ report }: { report: Report }) {
  const t = useT('priceReport');
  const margin = (least: number | null, most: number | null) =>
    least === null || most === null ? '—' : least === most ? money(least) : `${money(least)} – ${money(most)}`;
  return (
    <Block title={t('goals')}>
      <p className="muted small">{t('goalsHelp')}</p>
      {report.goals.length === 0 ? (
        <EmptyBox title={t('noGoals')} />
      ) : (
        <PlainTable
          label={t('goals')}
          heads={[t('product'), num(t('margin')), num(t('ours')), num(t('rival')), num(t('gap')), num(t('pieces')), num(t('share'))]}
        >
          <tbody>
            {report.goals.map((row) => (
              <tr key={row.product}>
                <th scope="row">{row.product_name}</th>
                <td className="num">{margin(row.least_margin, row.most_margin)}</td>
                {[row.ours, row.rival, row.gap].map((fen, at) => (
                  <td key={at} className="num">
                    <Money fen={fen} />
                  </td>
                ))}
                <td className="num">{count(row.pieces)}</td>
                <td className="num">{row.of > 0 ? percent(row.pieces / row.of) : '—'}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </Block>
  );
}

function Points({ report }: { report: Report }) {
  const t = useT('priceReport');
  return (
    <Block title={t('points')}>
      <p className="muted small">{t('pointsHelp', { step: money(report.step) })}</p>
      {report.points.length === 0 ? (
        <EmptyBox title={t('noPoints')} />
      ) : (
        <PlainTable
          label={t('points')}
          maxHeight={480}
          heads={[t('product'), num(t('point')), num(t('pieces')), num(t('amount')), num(t('outlets'))]}
        >
          <tbody>
            {report.points.map((row) => (
              <tr key={`${row.product} ${row.from}`}>
                <th scope="row">{row.product_name}</th>
                <td className="num">
                  <Money fen={row.from} />
                </td>
                <td className="num">{count(row.pieces)}</td>
                <td className="num">
                  <Money fen={row.amount} />
                </td>
                <td className="num">{count(row.outlets)}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </Block>
  );
}
