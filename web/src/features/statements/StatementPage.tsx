import { useParams, Link } from '@tanstack/react-router';
import { Button, Space, Table } from 'antd';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { dateTime, month } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { TONES } from './tones';

const WAY = ['lines', 'adjustments', 'advances', 'brought', 'direct', 'tax', 'offsets', 'carried'] as const;
const TAKEN = new Set<string>(['direct', 'tax', 'offsets', 'carried']);

/** A statement: from its lines to its payment, by rule, every line, and what was not paid. */
export default function StatementPage() {
  const t = useT('statements');
  const label = useLabel('statements');
  const { period, partner } = useParams({ strict: false }) as { period: string; partner: string };
  const path = { period, partner };
  const query = api.useQuery('get', '/api/v1/statements/{period}/{partner}', { params: { path } });
  const file = (format: string) => `/api/v1/statements/${period}/${partner}/file?format=${format}`;
  return (
    <QueryState query={query}>
      {(data: Schema<'StatementView'>) => (
        <>
          <PageHead
            title={`${data.name} · ${month(period)}`}
            note={`${data.number} · ${t('hash', { hash: data.short_hash })}`}
            actions={
              <Space>
                <StatusTag tone={TONES[data.state]}>{label('states', data.state)}</StatusTag>
                <Button href={file('pdf')}>{t('pdf')}</Button>
                <Button href={file('xlsx')}>{t('xlsx')}</Button>
              </Space>
            }
          />
          <div className="grid">
            <Block title={t('way')} width={6}>
              <Table
                aria-label={t('way')}
                size="small"
                pagination={false}
                showHeader={false}
                rowKey="name"
                dataSource={[
                  ...WAY.filter((name) => name === 'lines' || data.totals[name] !== 0).map((name) => ({
                    name: t(`step.${name}`),
                    fen: TAKEN.has(name) ? -data.totals[name] : data.totals[name],
                  })),
                  { name: t('step.payment'), fen: data.totals.payment },
                ]}
                columns={[
                  { dataIndex: 'name', key: 'name' },
                  { key: 'fen', align: 'right', render: (_, row: { fen: number }) => <Money fen={row.fen} unit /> },
                ]}
              />
              <p>
                {data.confirmation
                  ? t('confirmed', {
                      at: dateTime(data.confirmation.confirmed_at),
                      who: data.confirmation.confirmed_by,
                      day: data.confirmation.pay_by,
                    })
                  : t('waiting')}
                {data.disputes > 0 && ` · ${t('disputed', { count: data.disputes })}`}
              </p>
            </Block>
            <Block title={t('notPaid')} width={6}>
              <Table
                aria-label={t('notPaid')}
                size="small"
                pagination={false}
                scroll={{ y: 300 }}
                rowKey={(row) => `${row.component}${row.code}`}
                dataSource={data.unpaid}
                columns={[
                  { title: t('rule'), dataIndex: 'title', key: 'title' },
                  { title: t('reason'), dataIndex: 'sentence', key: 'sentence' },
                  { title: t('lines'), dataIndex: 'count', key: 'count', align: 'right' },
                  { title: t('forgone'), key: 'forgone', align: 'right', render: (_, row) => <Money fen={row.forgone} /> },
                ]}
              />
            </Block>
          </div>
          {data.sections.map((section) => (
            <Block key={section.destination} title={label('destination', section.destination)}>
              <Table
                aria-label={label('destination', section.destination)}
                size="small"
                pagination={false}
                rowKey={(row) => `${row.policy}${row.component}`}
                dataSource={section.rows}
                columns={[
                  { title: t('rule'), dataIndex: 'title', key: 'title' },
                  { title: t('lines'), dataIndex: 'lines', key: 'lines', align: 'right' },
                  ...(['earned', 'released', 'reversed', 'adjusted', 'total'] as const).map((name) => ({
                    title: t(name),
                    key: name,
                    align: 'right' as const,
                    render: (_: unknown, row: Schema<'StatementComponent'>) =>
                      section.destination === 'points' ? count(row[name] / 100) : <Money fen={row[name]} />,
                  })),
                ]}
              />
            </Block>
          ))}
          <Lines period={period} partner={partner} />
        </>
      )}
    </QueryState>
  );
}

function Lines({ period, partner }: { period: string; partner: string }) {
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
    { key: 'dispute', title: t('disputes'), render: (_, row) => row.dispute ?? '' },
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
