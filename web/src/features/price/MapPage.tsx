import { Link } from '@tanstack/react-router';
import { Alert, Button, DatePicker, Segmented, Space } from 'antd';
import dayjs from 'dayjs';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { basisPoints, count } from '@/shared/format/money';
import { range } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { AreaPicker } from '@/shared/ui/Pickers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { stringifySearch, useUrl } from '@/shared/url';
import { useAreas } from '@/shared/words';
import { ProductPick } from './Fields';

type Row = Schema<'PriceMapRow'>;

const LEVELS = ['city', 'county', 'township'] as const;
const TONES: Record<string, Tone> = { narrow: 'bad', look: 'plain', widen: 'info', keep: 'good' };

/** How prices stand by area, and what that advises. */
export default function MapPage() {
  const t = useT('price');
  const common = useT('common');
  const [url, change] = useUrl();
  const { areas, loading } = useAreas();
  const { from, to, territory, product } = url;
  const asked = { from, to, territory, product, level: url.level ?? 'county' };
  const query = api.useQuery('get', '/api/v1/price-map', { params: { query: asked } });
  return (
    <>
      <PageHead
        title={t('map')}
        note={query.data && range(query.data.from, query.data.to)}
        actions={
          <>
            <Button href={`/api/v1/price-map/file${stringifySearch(asked)}`}>{common('export')}</Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Space wrap style={{ marginBottom: 12 }}>
        <Segmented
          aria-label={t('level')}
          options={LEVELS.map((value) => ({ value, label: t(`levels.${value}`) }))}
          value={asked.level as (typeof LEVELS)[number]}
          onChange={(level) => change({ level })}
        />
        <AreaPicker areas={areas} loading={loading} value={territory} onChange={(code) => change({ territory: code })} />
        <div style={{ width: 220 }}>
          <ProductPick label={t('product')} value={product} onChange={(code) => change({ product: code })} />
        </div>
        <DatePicker.RangePicker
          aria-label={t('seenOn')}
          value={from && to ? [dayjs(from), dayjs(to)] : null}
          onChange={(days) => change({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })}
        />
      </Space>
      <QueryState query={query} rows={10}>
        {(map) => (
          <>
            <Alert
              type="info"
              showIcon
              style={{ marginBottom: 12 }}
              title={t('adviceHelp', {
                spread: basisPoints(map.spread_limit),
                below: basisPoints(map.below_limit),
                width: basisPoints(map.width_enough),
              })}
            />
            <Block title={t('map')}>
              {map.rows.length === 0 ? (
                <EmptyBox title={t('noMap')} help={t('noMapHelp')} />
              ) : (
                <Rows rows={map.rows} limit={map.spread_limit} />
              )}
            </Block>
          </>
        )}
      </QueryState>
    </>
  );
}

function Rows({ rows, limit }: { rows: Row[]; limit: number }) {
  const t = useT('price');
  const label = useLabel('price');
  const num = (name: string) => ({ num: name });
  return (
    <PlainTable
      label={t('map')}
      heads={[
        t('area'),
        t('product'),
        num(t('suggested')),
        num(t('lowest')),
        num(t('median')),
        num(t('highest')),
        num(t('spread')),
        num(t('belowShare')),
        num(t('above')),
        num(t('seenOf')),
        num(t('openCases')),
        t('advice'),
      ]}
    >
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.area} ${row.product}`}>
            <th scope="row">{row.area_name}</th>
            <td>
              <Link to="/prices/checks" search={{ product: row.product, territory: row.area } as never}>
                {row.product_name}
              </Link>
            </td>
            {[row.suggested, row.lowest, row.median, row.highest].map((fen, at) => (
              <td key={at} className="num">
                <Money fen={fen} />
              </td>
            ))}
            <td className="num">
              {row.spread === null ? (
                '—'
              ) : row.spread > limit ? (
                <StatusTag tone="bad">{basisPoints(row.spread)}</StatusTag>
              ) : (
                basisPoints(row.spread)
              )}
            </td>
            <td className="num">
              {basisPoints(row.below_share)}{' '}
              <span className="muted">{t('outletsOf', { part: count(row.below), all: count(row.seen) })}</span>
            </td>
            <td className="num">{count(row.above)}</td>
            <td className="num">
              {row.width === null ? '—' : basisPoints(row.width)}{' '}
              <span className="muted">{t('outletsOf', { part: count(row.seen), all: count(row.outlets) })}</span>
            </td>
            <td className="num">{count(row.cases)}</td>
            <td>
              <StatusTag tone={TONES[row.advice]}>{label('advices', row.advice)}</StatusTag>
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
