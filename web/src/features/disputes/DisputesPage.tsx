import { Button } from 'antd';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { useUrl } from '@/shared/url';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { DisputeDrawer } from './DisputeDrawer';

type Row = Schema<'DisputeView'>;

const TONES: Record<string, Tone> = { open: 'warn', proposed: 'info', answered: 'good', closed: 'plain' };

/** The dispute desk: what has to be answered, the most pressing first. */
export default function DisputesPage() {
  const t = useT('disputes');
  const label = useLabel('disputes');
  const [url, change] = useUrl();
  const counts = api.useQuery('get', '/api/v1/disputes', { params: { query: { limit: 1 } } }).data?.counts;
  const columns: Column<Row>[] = [
    {
      key: 'id',
      title: t('id'),
      render: (_, row) => (
        <Button type="link" style={{ padding: 0 }} onClick={() => change({ id: row.id })}>
          {row.id}
        </Button>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <StatusTag tone={TONES[row.state]}>
          {row.outcome ? `${label('states', row.state)} · ${label('outcomes', row.outcome)}` : label('states', row.state)}
        </StatusTag>
      ),
    },
    {
      key: 'partner',
      title: t('partner'),
      render: (_, row) => (
        <>
          {row.partner_name} <span className="muted">{row.partner}</span>
        </>
      ),
    },
    { key: 'period', title: t('period'), dataIndex: 'period' },
    { key: 'title', title: t('about'), dataIndex: 'title' },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    {
      key: 'answer_by',
      title: t('answerBy'),
      render: (_, row) => (
        <>
          {row.answer_by} {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
        </>
      ),
    },
  ];
  return (
    <>
      <PageHead title={t('title')} />
      <ResourceTable<Row>
        id="disputes"
        label={t('list')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/disputes', { params: { query: query as never }, signal }))}
        onOpen={(row) => change({ id: row.id })}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: t('all') },
            ...['open', 'proposed', 'answered', 'closed'].map((value) => ({
              value,
              label: label('states', value),
              count: counts?.[value],
            })),
          ],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('partner'), placeholder: t('search') },
          { kind: 'month', name: 'period', label: t('period') },
        ]}
      />
      {url.id && <DisputeDrawer id={url.id} onClose={() => change({ id: undefined })} />}
    </>
  );
}
