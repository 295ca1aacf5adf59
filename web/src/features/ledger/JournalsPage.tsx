import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { answer, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { useUrl } from '@/shared/url';
import { JournalDrawer } from './JournalDrawer';

type Row = Schema<'LedgerJournalHead'>;

/** Journals, the latest first. */
export default function JournalsPage() {
  const t = useT('ledger');
  const [url, change] = useUrl();
  const columns: Column<Row>[] = [
    {
      key: 'key',
      title: t('key'),
      render: (_, row) => (
        <Button type="link" style={{ padding: 0, height: 'auto' }} onClick={() => change({ journal: row.id })}>
          {row.key}
        </Button>
      ),
    },
    { key: 'on', title: t('day'), dataIndex: 'on' },
    { key: 'about', title: t('about'), dataIndex: 'about' },
    { key: 'reason', title: t('reason'), dataIndex: 'reason' },
    { key: 'entries', title: t('entries'), num: true, render: (_, row) => count(row.entries) },
    { key: 'debit', title: t('debit'), money: true, render: (_, row) => <Money fen={row.debit} /> },
  ];
  return (
    <>
      <PageHead title={t('journals')} actions={<Link to="/ledger">{t('title')}</Link>} />
      <ResourceTable<Row>
        id="ledger-journals"
        label={t('journals')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(params, signal) => answer(http.GET('/api/v1/ledger/journals', { params: { query: params as never }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('journalQuery') },
          { kind: 'month', name: 'about', label: t('about') },
        ]}
        onOpen={(row) => change({ journal: row.id })}
      />
      <JournalDrawer id={url.journal} onClose={() => change({ journal: undefined })} />
    </>
  );
}
