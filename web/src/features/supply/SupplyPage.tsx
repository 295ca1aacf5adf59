import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, api, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, percent } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { isPaid, SUPPLY_STATES, SUPPLY_TONES, type Supply } from '@/shared/supply';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { stringifySearch } from '@/shared/url';
import { PlaceOrder } from './PlaceOrder';

/** Orders of handsets: where each is, what is late, and how many deliveries were in time. */
export default function SupplyPage() {
  const t = useT('supply');
  const label = useLabel('supply');
  const common = useT('common');
  const navigate = useNavigate();
  const may = usePermission('supply.order');
  const [placing, setPlacing] = useState(false);
  const counts = api.useQuery('get', '/api/v1/supply/orders/counts', {}).data;
  const columns: Column<Supply>[] = [
    {
      key: 'id',
      title: t('order'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/supply/orders/$id" params={{ id: row.id } as never}>
          {row.id}
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <>
          <StatusTag tone={SUPPLY_TONES[row.state]}>{label('states', row.state)}</StatusTag>{' '}
          {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
        </>
      ),
    },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'partner', title: t('partner'), render: (_, row) => `${row.partner_name} ${row.partner}` },
    { key: 'pieces', title: t('pieces'), num: true, render: (_, row) => count(row.pieces) },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'wanted', title: t('wantedOn'), dataIndex: 'wanted_on' },
    { key: 'promised', title: t('promisedOn'), render: (_, row) => row.promised_on ?? '—' },
    { key: 'received', title: t('receivedOn'), render: (_, row) => row.received_on ?? '—' },
    {
      key: 'open',
      title: t('open'),
      money: true,
      render: (_, row) => (isPaid(row) ? t('paid') : row.invoice ? <Money fen={row.open} /> : '—'),
    },
    { key: 'placed', title: t('placedAt'), render: (_, row) => dateTime(row.placed_at) },
  ];
  return (
    <>
      <PageHead
        title={t('title')}
        note={
          counts &&
          counts.on_time_ppm !== null &&
          t('rate', { rate: percent(counts.on_time_ppm / 1_000_000), due: count(counts.due), late: count(counts.late) })
        }
        actions={
          may && (
            <Button type="primary" onClick={() => setPlacing(true)}>
              {t('place')}
            </Button>
          )
        }
      />
      <ResourceTable<Supply>
        id="supply"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/supply/orders', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all') },
            ...SUPPLY_STATES.map((value) => ({ value, label: t(`states.${value}`), count: counts?.[value] })),
          ],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('find') },
          { kind: 'select', name: 'late', label: t('delivery'), options: [{ value: 'true', label: t('late') }] },
          {
            kind: 'own',
            name: 'partner',
            label: t('partner'),
            render: (value, change, id) => <PlacePick id={id} kind="partner" value={value} onChange={change} />,
          },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
        ]}
        ownFile
        tools={(query) => <Button href={`/api/v1/supply/orders/file${stringifySearch(query)}`}>{common('export')}</Button>}
        onOpen={(row) => void navigate({ to: '/supply/orders/$id', params: { id: row.id } as never })}
        whenEmpty={<EmptyBox title={t('none')} help={may ? t('noneHelp') : undefined} />}
      />
      {placing && <PlaceOrder onClose={() => setPlacing(false)} />}
    </>
  );
}
