import { Link, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { useUrl } from '@/shared/url';
import { JournalDrawer } from './JournalDrawer';

type Row = Schema<'LedgerEntry'>;

/** Entries of an account with the balance after each. */
export default function AccountPage() {
  const { owner, kind } = useParams({ strict: false }) as { owner: string; kind: string };
  const t = useT('ledger');
  const label = useLabel('ledger');
  const [url, change] = useUrl();
  const account = api.useQuery('get', '/api/v1/ledger/accounts', { params: { query: { q: owner, kind } } });
  const found = account.data?.items.find((one) => one.owner === owner);
  const points = kind === 'points' || kind === 'points_issued';
  const amount = (fen: number) => (points ? count(fen) : <Money fen={fen} />);
  const columns: Column<Row>[] = [
    { key: 'on', title: t('day'), dataIndex: 'on' },
    { key: 'about', title: t('about'), dataIndex: 'about' },
    {
      key: 'journal',
      title: t('reason'),
      render: (_, row) => (
        <Button type="link" style={{ padding: 0, height: 'auto' }} onClick={() => change({ journal: row.journal })}>
          {row.reason}
        </Button>
      ),
    },
    {
      key: 'reference',
      title: t('reference'),
      render: (_, row) =>
        found?.name && row.reference.includes('/') ? (
          <Link to={`/settlement/statements?period=${row.about}&q=${encodeURIComponent(owner)}`} title={t('proof')}>
            {row.reference}
          </Link>
        ) : (
          row.reference
        ),
    },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => amount(row.amount) },
    { key: 'balance', title: t('after'), money: true, render: (_, row) => amount(row.balance) },
  ];
  return (
    <>
      <PageHead title={`${found?.name || owner} · ${label('kinds', kind)}`} note={owner} actions={<Link to="/ledger">{t('title')}</Link>} />
      <ResourceTable<Row>
        id="ledger-entries"
        label={t('entries')}
        columns={columns}
        rowKey={(row) => `${row.journal}/${row.reference}/${row.balance}/${row.amount}`}
        load={(params, signal) =>
          answer(http.GET('/api/v1/ledger/accounts/{owner}/{kind}', { params: { path: { owner, kind }, query: params as never }, signal }))
        }
        onOpen={(row) => change({ journal: row.journal })}
      />
      <JournalDrawer id={url.journal} owner={owner} onClose={() => change({ journal: undefined })} />
    </>
  );
}
