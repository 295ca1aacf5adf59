import { Link } from '@tanstack/react-router';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { STATES, TONES } from './tones';

type Row = Schema<'StatementRow'>;

/** Statements of a month. */
export default function StatementsPage() {
  const t = useT('statements');
  const label = useLabel('statements');
  const [url] = useUrl();
  const months = api.useQuery('get', '/api/v1/statements/months');
  const period = url.period ?? months.data?.[0]?.period;
  const columns: Column<Row>[] = [
    {
      key: 'partner',
      title: t('partner'),
      sorter: true,
      render: (_, row) => (
        <Link to="/statements/$period/$partner" params={{ period: row.period, partner: row.partner } as never}>
          {row.name} <span className="muted">{row.partner}</span>
        </Link>
      ),
    },
    { key: 'number', title: t('number'), dataIndex: 'number' },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('states', row.state)}</StatusTag> },
    { key: 'payment', title: t('payment'), money: true, sorter: true, render: (_, row) => <Money fen={row.payment} /> },
    { key: 'amount', title: t('amount'), money: true, sorter: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'carried', title: t('carried'), money: true, render: (_, row) => <Money fen={row.carried} /> },
    { key: 'lines', title: t('lines'), num: true, sorter: true, render: (_, row) => count(row.lines) },
    { key: 'unpaid', title: t('unpaid'), num: true, sorter: true, render: (_, row) => count(row.unpaid) },
    { key: 'disputes', title: t('disputes'), num: true, dataIndex: 'disputes' },
    { key: 'pay_by', title: t('payBy'), render: (_, row) => row.pay_by ?? '—' },
  ];
  return (
    <>
      <PageHead title={t('title')} note={period ? month(period) : undefined} />
      <ResourceTable<Row>
        id="statements"
        label={t('list')}
        columns={columns}
        rowKey={(row) => row.number}
        load={(query, signal) => answer(http.GET('/api/v1/statements', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'month', name: 'period', label: t('period') },
          { kind: 'text', name: 'q', label: t('partner'), placeholder: t('search') },
          { kind: 'select', name: 'state', label: t('state'), options: STATES.map((value) => ({ value, label: label('states', value) })) },
          { kind: 'text', name: 'territory', label: t('territory') },
        ]}
        sum={(rows) => ({
          payment: <Money fen={rows.reduce((sum, row) => sum + row.payment, 0)} />,
          amount: <Money fen={rows.reduce((sum, row) => sum + row.amount, 0)} />,
        })}
      />
    </>
  );
}
