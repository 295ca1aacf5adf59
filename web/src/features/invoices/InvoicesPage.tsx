import { Button } from 'antd';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Fits } from './Fits';
import { InvoiceDrawer } from './InvoiceDrawer';
import { STATES, TONES } from './tones';

type Case = Schema<'InvoiceCase'>;

/** Invoices partners brought for statements they confirmed: which wait, and whether they add up. */
export default function InvoicesPage() {
  const t = useT('invoices');
  const label = useLabel('invoices');
  const [url, change] = useUrl();
  const query = { period: url.period, q: url.q, limit: 1 };
  const counts = api.useQuery('get', '/api/v1/invoices', { params: { query } }).data?.counts;
  const columns: Column<Case>[] = [
    {
      key: 'number',
      title: t('number'),
      render: (_, { invoice }) => (
        <Button type="link" style={{ padding: 0, height: 'auto' }} onClick={() => change({ number: invoice.number })}>
          {invoice.number}
        </Button>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, { invoice }) => <StatusTag tone={TONES[invoice.state]}>{label('states', invoice.state)}</StatusTag>,
    },
    {
      key: 'partner',
      title: t('partner'),
      render: (_, row) => (
        <>
          {row.partner_name} <span className="muted">{row.invoice.partner}</span>
        </>
      ),
    },
    { key: 'statement', title: t('statement'), render: (_, row) => row.invoice.statement },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.invoice.amount} /> },
    { key: 'billed', title: t('billed'), money: true, render: (_, row) => <Money fen={row.billed} /> },
    { key: 'fits', title: t('fits'), render: (_, row) => <Fits one={row} /> },
    { key: 'issued', title: t('issuedOn'), render: (_, row) => row.invoice.issued_on },
    { key: 'brought', title: t('brought'), render: (_, row) => dateTime(row.invoice.brought_at) },
  ];
  return (
    <>
      <PageHead title={t('title')} note={t('note')} />
      <ResourceTable<Case>
        id="invoices"
        label={t('list')}
        columns={columns}
        rowKey={(row) => row.invoice.number}
        load={(asked, signal) => answer(http.GET('/api/v1/invoices', { params: { query: asked as never }, signal }))}
        onOpen={(row) => change({ number: row.invoice.number })}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: t('all') },
            ...STATES.map((value) => ({ value, label: label('states', value), count: counts?.[value] })),
          ],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('query'), placeholder: t('search') },
          { kind: 'month', name: 'period', label: t('period') },
        ]}
        sum={(rows) => ({ amount: <Money fen={rows.reduce((sum, row) => sum + row.invoice.amount, 0)} /> })}
        whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
      />
      {url.number && <InvoiceDrawer number={url.number} onClose={() => change({ number: undefined })} />}
    </>
  );
}
