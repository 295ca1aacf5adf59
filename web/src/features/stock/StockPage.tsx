import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { missing, MOVES, STATES, unmovable, type Move, type OfKind } from '@/shared/orders/stock';
import { STOCK_TONES } from '@/shared/orders/states';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { Allocate } from './Allocate';
import { MovePieces } from './MovePieces';

type Piece = Schema<'StockPiece'>;

const FILTERS = ['kind', 'outlet', 'partner', 'q'] as const;

/** Cards, numbers and handsets: where they are, how many, and moving them. */
export default function StockPage() {
  const t = useT('stock');
  const label = useLabel('stock');
  const common = useT('common');
  const [url] = useUrl();
  const may = usePermission('stock.handle');
  const [allocating, setAllocating] = useState(false);
  const [moving, setMoving] = useState<{ rows: Piece[]; to: Move; clear: () => void }>();
  const filter = Object.fromEntries(FILTERS.flatMap((name) => (url[name] ? [[name, url[name]]] : [])));
  const counts = api.useQuery('get', '/api/v1/stock/counts', { params: { query: filter } });
  const of = (state: (typeof STATES)[number]) => counts.data?.kinds.reduce((sum, row) => sum + row[state], 0);
  const columns: Column<Piece>[] = [
    { key: 'serial', title: t('serial'), fixed: 'left', dataIndex: 'serial' },
    { key: 'kind', title: t('kind'), render: (_, row) => label('kinds', row.kind) },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={STOCK_TONES[row.state]}>{row.state_title}</StatusTag> },
    { key: 'product', title: t('product'), render: (_, row) => row.product_name || '—' },
    { key: 'segment', title: t('segment'), dataIndex: 'segment' },
    {
      key: 'outlet',
      title: t('outlet'),
      render: (_, row) => (row.outlet ? `${row.outlet_name} ${row.outlet}` : t(row.partner ? 'withPartner' : 'central')),
    },
    { key: 'partner', title: t('partner'), render: (_, row) => (row.partner ? `${row.partner_name} ${row.partner}` : '—') },
    {
      key: 'order',
      title: t('order'),
      render: (_, row) =>
        row.order ? (
          <Link to="/orders/$id" params={{ id: row.order } as never}>
            {row.order}
          </Link>
        ) : (
          '—'
        ),
    },
    { key: 'changed', title: t('changed'), render: (_, row) => dateTime(row.changed_at) },
  ];
  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          may && (
            <Button type="primary" onClick={() => setAllocating(true)}>
              {t('allocate')}
            </Button>
          )
        }
      />
      <Block title={t('sums')}>
        <QueryState query={counts} rows={2} empty={(data) => data.kinds.length === 0} whenEmpty={<EmptyBox title={t('noSums')} />}>
          {(data) => <Sums kinds={data.kinds} />}
        </QueryState>
      </Block>
      <div style={{ marginTop: 12 }}>
        <ResourceTable<Piece>
          id="stock"
          label={t('title')}
          columns={columns}
          rowKey={(row) => `${row.kind} ${row.serial} ${row.order}`}
          load={(query, signal) => answer(http.GET('/api/v1/stock', { params: { query: query as object }, signal }))}
          tabs={{
            param: 'state',
            items: [
              { value: '', label: common('all') },
              ...STATES.map((value) => ({ value, label: t(`states.${value}`), count: of(value) })),
            ],
          }}
          filters={[
            {
              kind: 'select',
              name: 'kind',
              label: t('kind'),
              options: (['card', 'number', 'handset'] as const).map((value) => ({ value, label: t(`kinds.${value}`) })),
            },
            { kind: 'text', name: 'q', label: t('serial') },
            {
              kind: 'own',
              name: 'outlet',
              label: t('outlet'),
              render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
            },
            {
              kind: 'own',
              name: 'partner',
              label: t('partner'),
              render: (value, change, id) => <PlacePick id={id} kind="partner" value={value} onChange={change} />,
            },
          ]}
          batch={
            may
              ? (rows, clear) =>
                  MOVES.map((to) => {
                    const why = unmovable(rows, to);
                    return (
                      <Button
                        key={to}
                        size="small"
                        disabled={why !== undefined}
                        title={why && t(`unmovable.${why}`)}
                        onClick={() => setMoving({ rows, to, clear })}
                      >
                        {t(`moves.${to}`)}
                      </Button>
                    );
                  })
              : undefined
          }
          whenEmpty={<EmptyBox title={t('none')} help={may ? t('noneHelp') : undefined} />}
        />
      </div>
      <Allocate open={allocating} onClose={() => setAllocating(false)} />
      {moving && (
        <MovePieces key={moving.to} rows={moving.rows} to={moving.to} onDone={moving.clear} onClose={() => setMoving(undefined)} />
      )}
    </>
  );
}

/** Sums by kind: what was allocated is the sum of the states. */
function Sums({ kinds }: { kinds: OfKind[] }) {
  const t = useT('stock');
  const label = useLabel('stock');
  return (
    <PlainTable label={t('sums')}>
      <thead>
        <tr>
          <th scope="col">{t('kind')}</th>
          <th scope="col" className="num">
            {t('allocated')}
          </th>
          {STATES.map((state) => (
            <th key={state} scope="col" className="num">
              {t(`states.${state}`)}
            </th>
          ))}
          <th scope="col">{t('check')}</th>
        </tr>
      </thead>
      <tbody>
        {kinds.map((row) => (
          <tr key={row.kind}>
            <th scope="row">{label('kinds', row.kind)}</th>
            <td className="num">{count(row.allocated)}</td>
            {STATES.map((state) => (
              <td key={state} className="num">
                {count(row[state])}
              </td>
            ))}
            <td>
              {missing(row) === 0 ? (
                <StatusTag tone="good">{t('adds')}</StatusTag>
              ) : (
                <StatusTag tone="bad">{t('differs', { count: count(missing(row)) })}</StatusTag>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
