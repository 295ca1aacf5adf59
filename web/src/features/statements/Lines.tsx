import { Link } from '@tanstack/react-router';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { Money } from '@/shared/ui/Money';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';

/** Every line of a statement; each opens its proof. */
export function Lines({ period, partner }: { period: string; partner: string }) {
  const t = useT('statements');
  const label = useLabel('statements');
  const columns: Column<Schema<'LineRow'>>[] = [
    {
      key: 'basis',
      title: t('basis'),
      render: (_, row) => (
        <Link
          to="/proof"
          search={
            {
              period,
              partner,
              policy: row.policy,
              component: row.component,
              basis: row.basis,
              payee: row.payee,
              kind: row.kind,
              part: String(row.part),
            } as never
          }
        >
          {row.basis}
        </Link>
      ),
    },
    { key: 'day', title: t('day'), dataIndex: 'day', sorter: true },
    { key: 'title', title: t('rule'), dataIndex: 'title' },
    { key: 'kind', title: t('kindTitle'), render: (_, row) => label('kind', row.kind) },
    { key: 'subscriber', title: t('subscriber'), dataIndex: 'subscriber' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => row.outlet_name || row.outlet },
    { key: 'payee', title: t('payee'), render: (_, row) => row.payee_name || row.payee },
    { key: 'amount', title: t('lineAmount'), money: true, sorter: true, render: (_, row) => <Money fen={row.amount} /> },
    {
      key: 'dispute',
      title: t('disputes'),
      render: (_, row) =>
        row.dispute && (
          <Link to="/settlement/disputes" search={{ id: row.dispute } as never}>
            {row.dispute}
          </Link>
        ),
    },
  ];
  return (
    <ResourceTable<Schema<'LineRow'>>
      id="statement-lines"
      label={t('detail')}
      columns={columns}
      rowKey={(row) => [row.component, row.basis, row.payee, row.kind, row.part].join('/')}
      load={(query, signal) =>
        answer(
          http.GET('/api/v1/statements/{period}/{partner}/lines', { params: { path: { period, partner }, query: query as never }, signal }),
        )
      }
      filters={[
        { kind: 'text', name: 'q', label: t('basis'), placeholder: t('lineSearch') },
        {
          kind: 'select',
          name: 'kind',
          label: t('kindTitle'),
          options: ['earn', 'release', 'reverse', 'adjust'].map((value) => ({ value, label: label('kind', value) })),
        },
      ]}
    />
  );
}
