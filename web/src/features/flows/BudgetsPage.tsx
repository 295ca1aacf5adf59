import { Button } from 'antd';
import { answer, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { useUrl } from '@/shared/url';
import { BudgetDrawer } from './BudgetDrawer';

type Row = Schema<'BudgetView'>;

const AMOUNTS = ['amount', 'reserved', 'spent', 'free'] as const;

/** What approved applications may spend, and what is left of it. */
export default function BudgetsPage() {
  const t = useT('flows');
  const [url, change] = useUrl();
  const columns: Column<Row>[] = [
    {
      key: 'id',
      title: t('number'),
      render: (_, row) => (
        <Button type="link" style={{ padding: 0, height: 'auto' }} onClick={() => change({ id: row.id })}>
          {row.id}
        </Button>
      ),
    },
    { key: 'kind', title: t('budget.kind'), render: (_, row) => [row.flow_title, row.kind_title].filter(Boolean).join(' · ') },
    { key: 'year', title: t('budget.year'), dataIndex: 'year', num: true },
    { key: 'holder', title: t('applicant'), render: (_, row) => row.holder.name },
    { key: 'territory', title: t('territory'), render: (_, row) => row.territory_name || t('everywhere') },
    ...AMOUNTS.map((key) => ({ key, title: t(`budget.${key}`), money: true, render: (_: unknown, row: Row) => <Money fen={row[key]} /> })),
    { key: 'at', title: t('budget.at'), render: (_, row) => dateTime(row.at) },
  ];
  return (
    <>
      <PageHead title={t('budget.title')} />
      <ResourceTable<Row>
        id="budgets"
        label={t('budget.title')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/budgets', { params: { query: query as never }, signal }))}
        filters={[{ kind: 'text', name: 'q', label: t('number') }]}
        onOpen={(row) => change({ id: row.id })}
        sum={(rows) =>
          Object.fromEntries(AMOUNTS.map((key) => [key, <Money key={key} fen={rows.reduce((sum, row) => sum + row[key], 0)} />]))
        }
        whenEmpty={<EmptyBox title={t('budget.none')} help={t('budget.noneHelp')} />}
      />
      {url.id && <BudgetDrawer id={url.id} onClose={() => change({ id: undefined })} />}
    </>
  );
}
