import { Link, useNavigate } from '@tanstack/react-router';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { TONES } from './labels';

type Row = Schema<'PeriodRow'>;

const STATES = ['open', 'trial', 'submitted', 'publishing', 'published', 'again', 'closed'] as const;

/** Months and how far they are. */
export default function BoardPage() {
  const t = useT('settlement');
  const label = useLabel('settlement');
  const go = useNavigate();
  const to = (month: string) => `/settlement/periods/${month}`;
  const columns: Column<Row>[] = [
    { key: 'month', title: t('month'), sorter: true, render: (_, row) => <Link to={to(row.month)}>{row.month}</Link> },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('states', row.state)}</StatusTag> },
    { key: 'facts', title: t('facts'), num: true, render: (_, row) => count(row.facts) },
    { key: 'lines', title: t('lines'), num: true, render: (_, row) => (row.figures ? count(row.figures.lines) : '—') },
    { key: 'statements', title: t('statements'), num: true, render: (_, row) => (row.figures ? count(row.figures.statements) : '—') },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.figures?.amount} /> },
    { key: 'payment', title: t('payment'), money: true, render: (_, row) => <Money fen={row.figures?.payment} /> },
    { key: 'carried', title: t('carried'), money: true, render: (_, row) => <Money fen={row.figures?.carried} /> },
    {
      key: 'exceptions',
      title: t('exceptions'),
      num: true,
      render: (_, row) => (row.open_exceptions > 0 ? count(row.open_exceptions) : '—'),
    },
    { key: 'reruns', title: t('reruns'), num: true, render: (_, row) => (row.reruns > 0 ? row.reruns : '—') },
  ];
  return (
    <>
      <PageHead title={t('title')} />
      <ResourceTable<Row>
        id="periods"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.month}
        load={(query, signal) => answer(http.GET('/api/v1/periods', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'select', name: 'state', label: t('state'), options: STATES.map((value) => ({ value, label: label('states', value) })) },
        ]}
        onOpen={(row) => void go({ to: to(row.month) })}
        whenEmpty={<EmptyBox title={t('empty')} help={t('emptyHelp')} action={<Link to="/imports">{t('steps.data')}</Link>} />}
      />
    </>
  );
}
