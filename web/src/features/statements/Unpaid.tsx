import { Link } from '@tanstack/react-router';
import { answer, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { Money } from '@/shared/ui/Money';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';

type Row = Schema<'UnpaidRow'>;

/** What of a statement paid nothing, or less, and why; each row opens its proof. */
export function Unpaid({ period, partner, groups }: { period: string; partner: string; groups: Schema<'UnpaidGroup'>[] }) {
  const t = useT('statements');
  const columns: Column<Row>[] = [
    {
      key: 'basis',
      title: t('basis'),
      render: (_, row) => (
        <Link
          to="/proof"
          search={{ period, partner, policy: row.policy, component: row.component, basis: row.basis, kind: 'zero' } as never}
          aria-label={t('proofOf', { basis: row.basis })}
        >
          {row.basis}
        </Link>
      ),
    },
    { key: 'day', title: t('day'), dataIndex: 'day' },
    { key: 'title', title: t('rule'), dataIndex: 'title' },
    { key: 'sentence', title: t('reason'), dataIndex: 'sentence' },
    {
      key: 'until',
      title: t('until'),
      render: (_, row) => (row.until ? row.curable ? <StatusTag tone="warn">{row.until}</StatusTag> : row.until : '—'),
    },
    { key: 'forgone', title: t('forgone'), money: true, render: (_, row) => <Money fen={row.forgone} /> },
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
  const options = (pairs: [string, string][]) => [...new Map(pairs)].map(([value, label]) => ({ value, label }));
  return (
    <ResourceTable<Row>
      id="statement-unpaid"
      label={t('unpaidDetail')}
      columns={columns}
      rowKey={(row) => [row.component, row.basis, row.code].join('/')}
      load={(query, signal) =>
        answer(
          http.GET('/api/v1/statements/{period}/{partner}/unpaid', {
            params: { path: { period, partner }, query: query as never },
            signal,
          }),
        )
      }
      filters={[
        { kind: 'text', name: 'q', label: t('basis') },
        { kind: 'select', name: 'component', label: t('rule'), options: options(groups.map((group) => [group.component, group.title])) },
        { kind: 'select', name: 'code', label: t('reason'), options: options(groups.map((group) => [group.code, group.sentence])) },
        {
          kind: 'select',
          name: 'curable',
          label: t('cure'),
          options: [
            { value: 'true', label: t('canBeMet') },
            { value: 'false', label: t('tooLate') },
          ],
        },
      ]}
    />
  );
}
