import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { DepositAct } from './Acts';
import { DEPOSITS } from './data';

type Row = Schema<'DepositRow'>;

/** Deposits by partner and kind. */
export default function DepositsPage() {
  const t = useT('receivables');
  const navigate = useNavigate();
  const may = usePermission('receivable.manage');
  const [moving, setMoving] = useState(false);
  const columns: Column<Row>[] = [
    { key: 'partner', title: t('partner'), fixed: 'left', render: (_, row) => `${row.name} ${row.partner}` },
    ...DEPOSITS.map((kind): Column<Row> => ({
      key: kind,
      title: t(`sources.${kind}`),
      money: true,
      render: (_, row) => <Money fen={row[kind]} />,
    })),
    { key: 'total', title: t('total'), money: true, render: (_, row) => <Money fen={row.total} /> },
  ];
  return (
    <>
      <PageHead
        title={t('deposits')}
        actions={
          may && (
            <Button type="primary" onClick={() => setMoving(true)}>
              {t('deposit')}
            </Button>
          )
        }
      />
      <ResourceTable<Row>
        id="deposits"
        label={t('deposits')}
        columns={columns}
        rowKey={(row) => row.partner}
        load={(query, signal) => answer(http.GET('/api/v1/deposits', { params: { query: query as object }, signal }))}
        filters={[{ kind: 'text', name: 'q', label: t('search') }]}
        sum={(rows) => ({ total: <Money fen={rows.reduce((all, row) => all + row.total, 0)} /> })}
        onOpen={(row) => void navigate({ to: '/receivables/$partner', params: { partner: row.partner } as never })}
        whenEmpty={<EmptyBox title={t('noDeposits')} />}
      />
      {moving && <DepositAct onClose={() => setMoving(false)} />}
    </>
  );
}
