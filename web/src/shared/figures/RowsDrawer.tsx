import { useQuery } from '@tanstack/react-query';
import { Button, Table } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import type { Filter } from './ask';
import { ExportButton } from './ExportButton';

/** What was opened: a figure and its keys. */
export interface Opened {
  metric: string;
  name: string;
  keys: { dimension: string; key: string }[];
  from: string;
  to: string;
  filters: Filter[];
}

type Row = Schema<'FactRow'>;

/** The business behind a figure, page by page. */
export function RowsDrawer({ opened, onClose }: { opened: Opened | undefined; onClose: () => void }) {
  const t = useT('volume');
  return (
    <DetailDrawer
      open={opened !== undefined}
      title={opened ? t('rowsOf', { name: opened.name }) : t('rows')}
      onClose={onClose}
      width={1080}
      actions={opened && <ExportButton name={opened.name} rows={asRows(opened)} />}
    >
      {opened && <Rows key={JSON.stringify(opened)} opened={opened} />}
    </DetailDrawer>
  );
}

const asRows = ({ metric, keys, from, to, filters }: Opened) => ({ metric, keys, from, to, filters });

function Rows({ opened }: { opened: Opened }) {
  const t = useT('volume');
  const c = useT('common');
  const label = useLabel('volume');
  const [trail, setTrail] = useState<string[]>([]);
  const after = trail.at(-1);
  const rows = useQuery({
    queryKey: ['figure-rows', opened, after],
    queryFn: () => answer(http.POST('/api/v1/metrics/rows', { body: { ...asRows(opened), limit: 50, ...(after ? { after } : {}) } })),
  });
  const named = (code: string, name: string) => (
    <>
      {name}
      {code && code !== name && <div className="muted small">{code}</div>}
    </>
  );
  return (
    <QueryState query={rows} empty={(page) => page.total === 0} whenEmpty={<EmptyBox title={t('noRows')} />}>
      {(page) => (
        <>
          <p className="muted">{t('rowsNote', { count: page.total })}</p>
          <Table<Row>
            size="small"
            rowKey="event_id"
            dataSource={page.items}
            pagination={false}
            scroll={{ x: 960 }}
            columns={[
              { title: t('column.occurred_on'), dataIndex: 'occurred_on', width: 104 },
              { title: t('column.kind'), dataIndex: 'kind_name', width: 90 },
              { title: t('column.state'), dataIndex: 'state', width: 84, render: (state: string) => state && label('state', state) },
              { title: t('column.outlet'), key: 'outlet', render: (_, row) => named(row.outlet, row.outlet_name) },
              { title: t('column.partner'), key: 'partner', render: (_, row) => named(row.partner, row.partner_name) },
              { title: t('column.clerk'), dataIndex: 'clerk', width: 120 },
              { title: t('column.subscriber'), dataIndex: 'subscriber', width: 120 },
              { title: t('column.product'), key: 'product', render: (_, row) => named(row.product, row.product_name) },
              { title: t('column.amount'), key: 'amount', align: 'right', width: 96, render: (_, row) => <Money fen={row.amount} /> },
              { title: t('column.event_id'), dataIndex: 'event_id', width: 160 },
            ]}
          />
          <p style={{ textAlign: 'right' }}>
            <Button disabled={trail.length === 0} onClick={() => setTrail(trail.slice(0, -1))}>
              {c('table.previous')}
            </Button>{' '}
            <Button disabled={!page.next} onClick={() => page.next && setTrail([...trail, page.next])}>
              {c('table.next')}
            </Button>
          </p>
        </>
      )}
    </QueryState>
  );
}
