import { useNavigate } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { ORDER_TONES, refresh, type Order } from './data';

/** Orders of outlets that came of proposals. */
export default function OrdersPage() {
  const t = useT('distribution');
  const label = useLabel('distribution');
  const common = useT('common');
  const navigate = useNavigate();
  const may = usePermission('distribution.manage');
  const [ending, setEnding] = useState<{ to: 'received' | 'dropped'; row: Order }>();
  const columns: Column<Order>[] = [
    { key: 'id', title: t('number'), dataIndex: 'id', fixed: 'left' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'kind', title: t('orderKind'), render: (_, row) => label('kinds', row.kind) },
    { key: 'lines', title: t('lines'), render: (_, row) => row.lines.map((line) => `${line.product_name} × ${line.quantity}`).join('、') },
    { key: 'pieces', title: t('pieces'), num: true, dataIndex: 'pieces' },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={ORDER_TONES[row.state]}>{label('orders', row.state)}</StatusTag>,
    },
    { key: 'made', title: t('madeOn'), dataIndex: 'made_on' },
    { key: 'ended', title: t('endedOn'), render: (_, row) => row.ended_on ?? '—' },
    {
      key: 'acts',
      title: t('acts'),
      render: (_, row) =>
        may && row.state === 'sent'
          ? (['received', 'dropped'] as const).map((to) => (
              <Button key={to} type="link" size="small" danger={to === 'dropped'} onClick={() => setEnding({ to, row })}>
                {t(`endOrder.${to}`)}
              </Button>
            ))
          : '—',
    },
  ];
  return (
    <>
      <PageHead title={t('ordersTitle')} note={t('ordersNote')} />
      <ResourceTable<Order>
        id="model-orders"
        label={t('ordersTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/distribution/orders', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all') },
            ...(['sent', 'received', 'dropped'] as const).map((value) => ({ value, label: t(`orders.${value}`) })),
          ],
        }}
        filters={[
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
        ]}
        onOpen={(row) => void navigate({ to: '/distribution/outlets/$code/proposal', params: { code: row.outlet } as never })}
        whenEmpty={<EmptyBox title={t('noOrders')} help={t('noOrdersHelp')} />}
      />
      {ending && <EndOrder {...ending} onClose={() => setEnding(undefined)} />}
    </>
  );
}

function EndOrder({ to, row, onClose }: { to: 'received' | 'dropped'; row: Order; onClose: () => void }) {
  const t = useT('distribution');
  const submit = async (values: { reason?: string }) => {
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    const body = { to, reason: values.reason ?? '' };
    await answer(http.POST('/api/v1/distribution/orders/{id}/end', { params, headers: ifMatch(row.version), body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t(`endOrder.${to}`)} · ${row.id}`}
      consequence={t(`endOrderWhy.${to}`)}
      verb={t(`endOrder.${to}`)}
      danger={to === 'dropped'}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      {to === 'dropped' && (
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true, message: t('fieldMissing') }]}>
          <Input.TextArea rows={2} maxLength={200} />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
