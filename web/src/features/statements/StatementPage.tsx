import { useParams, Link } from '@tanstack/react-router';
import { Button, Space, Table, Tabs } from 'antd';
import { lazy, Suspense } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, yuan } from '@/shared/format/money';
import { dateTime, month } from '@/shared/format/time';
import { useUrl, type Patch } from '@/shared/url';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Confirm } from './Confirm';
import { Lines } from './Lines';
import { TONES } from './tones';
import { Unpaid } from './Unpaid';
import { steps } from './way';

const Waterfall = lazy(() => import('./Waterfall').then((module) => ({ default: module.Waterfall })));

/** A statement: from its lines to its payment, by rule, every line, and what was not paid. */
export default function StatementPage() {
  const t = useT('statements');
  const common = useT('common');
  const label = useLabel('statements');
  const { period, partner } = useParams({ strict: false }) as { period: string; partner: string };
  const [url, change] = useUrl();
  const path = { period, partner };
  const query = api.useQuery('get', '/api/v1/statements/{period}/{partner}', { params: { path } });
  const file = (format: string) => `/api/v1/statements/${period}/${partner}/file?format=${format}`;
  // Filters of one list mean nothing to the other.
  const open = (tab: string, filters: Patch = {}) =>
    change({
      tab,
      q: undefined,
      kind: undefined,
      code: undefined,
      component: undefined,
      curable: undefined,
      after: undefined,
      sort: undefined,
      ...filters,
    });
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
                <Confirm one={data} path={path} />
                <Button href={file('pdf')}>{t('pdf')}</Button>
                <Button href={file('xlsx')}>{t('xlsx')}</Button>
                <Button onClick={() => print()}>{common('print')}</Button>
              </Space>
            }
          />
          <div className="grid">
            <Block title={t('way')} width={8}>
              <Suspense fallback={<div style={{ height: 260 }} />}>
                <Waterfall totals={data.totals} />
              </Suspense>
            </Block>
            <Block title={t('standing')} width={4}>
              <Way totals={data.totals} />
              <Standing data={data} />
            </Block>
          </div>
          {data.adjustments.length > 0 && <Adjustments rows={data.adjustments} />}
          {data.offsets.length > 0 && <Offsets rows={data.offsets} />}
          {data.sections.map((section) => (
            <Block key={section.destination} title={label('destination', section.destination)}>
              <Table
                aria-label={label('destination', section.destination)}
                size="small"
                pagination={false}
                scroll={{ x: 'max-content' }}
                rowKey={(row) => `${row.policy}${row.version}${row.component}`}
                dataSource={section.rows}
                columns={[
                  { title: t('rule'), dataIndex: 'title', key: 'title' },
                  { title: t('lines'), key: 'lines', align: 'right', render: (_, row) => count(row.lines) },
                  ...(['earned', 'released', 'reversed', 'adjusted', 'total'] as const).map((name) => ({
                    title: t(name),
                    key: name,
                    align: 'right' as const,
                    render: (_: unknown, row: Schema<'ComponentView'>) => <Money fen={row[name]} />,
                  })),
                ]}
              />
            </Block>
          ))}
          <NotPaid groups={data.unpaid} onOpen={(group) => open('unpaid', { component: group.component, code: group.code })} />
          <div className="no-print">
            <Tabs
              activeKey={url.tab ?? 'lines'}
              onChange={(tab) => open(tab)}
              destroyOnHidden
              items={[
                { key: 'lines', label: t('detail'), children: <Lines period={period} partner={partner} /> },
                { key: 'unpaid', label: t('unpaidDetail'), children: <Unpaid period={period} partner={partner} groups={data.unpaid} /> },
              ]}
            />
          </div>
          <div className="signatures">
            <span>{t('signPartner', { name: data.name })}</span>
            <span>{t('signHouse')}</span>
            <span>{t('signDay')}</span>
          </div>
        </>
      )}
    </QueryState>
  );
}

function Way({ totals }: { totals: Schema<'TotalsView'> }) {
  const t = useT('statements');
  return (
    <Table
      aria-label={t('way')}
      size="small"
      pagination={false}
      showHeader={false}
      rowKey="name"
      dataSource={steps(totals)}
      columns={[
        { key: 'name', render: (_, step) => (step.isSum ? <strong>{t(`step.${step.name}`)}</strong> : t(`step.${step.name}`)) },
        { key: 'fen', align: 'right', render: (_, step) => <Money fen={step.fen} unit /> },
      ]}
    />
  );
}

/** Confirmation, disputes and invoices. */
function Standing({ data }: { data: Schema<'StatementView'> }) {
  const t = useT('statements');
  const made = data.confirmation;
  return (
    <ul className="plain" style={{ marginBottom: 0 }}>
      <li>
        {made === null
          ? t('waiting')
          : made.tacit
            ? t('tacit', { at: dateTime(made.confirmed_at), day: made.pay_by })
            : t('confirmed', { at: dateTime(made.confirmed_at), who: made.confirmed_by, day: made.pay_by })}
      </li>
      {data.disputes > 0 && (
        <li>
          <Link to="/settlement/disputes" search={{ q: data.partner, period: data.period } as never}>
            {t('disputed', { count: data.disputes })}
          </Link>
        </li>
      )}
      <li>
        {data.invoices === null ? (
          t('noInvoice')
        ) : (
          <Link to="/settlement/invoices" search={{ q: data.number } as never}>
            {t('invoices', { billed: yuan(data.invoices.billed), covered: yuan(data.invoices.covered) })}
          </Link>
        )}
      </li>
    </ul>
  );
}

function Adjustments({ rows }: { rows: Schema<'AdjustmentView'>[] }) {
  const t = useT('statements');
  return (
    <Block title={t('adjustments')}>
      <Table
        aria-label={t('adjustments')}
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        rowKey={(row) => `${row.code} ${row.text}`}
        dataSource={rows}
        columns={[
          {
            title: t('adjustmentNumber'),
            key: 'code',
            render: (_, row) =>
              row.kind === 'reward' ? (
                <Link to="/applications/$id" params={{ id: row.code } as never}>
                  {row.code}
                </Link>
              ) : (
                <Link to="/settlement/disputes" search={{ id: row.code } as never}>
                  {row.code}
                </Link>
              ),
          },
          {
            title: t('adjustmentKind'),
            key: 'kind',
            render: (_, row) => (row.kind === 'reward' ? t('adjustmentKinds.reward') : t('adjustmentKinds.correction')),
          },
          { title: t('adjustmentText'), dataIndex: 'text', key: 'text' },
          { title: t('lineAmount'), key: 'amount', align: 'right', render: (_, row) => <Money fen={row.amount} /> },
        ]}
      />
    </Block>
  );
}

/** Receivables taken out of the payment, line by line. */
function Offsets({ rows }: { rows: Schema<'StatementOffset'>[] }) {
  const t = useT('statements');
  const label = useLabel('statements');
  return (
    <Block title={t('offsetLines')}>
      <Table
        aria-label={t('offsetLines')}
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        rowKey="invoice"
        dataSource={rows}
        columns={[
          { title: t('adjustmentNumber'), dataIndex: 'invoice', key: 'invoice' },
          { title: t('adjustmentText'), dataIndex: 'text', key: 'text' },
          { title: t('offsetDue'), dataIndex: 'due_on', key: 'due' },
          { title: t('offsetGround'), dataIndex: 'document', key: 'document' },
          { title: t('offsetOpen'), key: 'amount', align: 'right', render: (_, row) => <Money fen={row.amount} /> },
          { title: t('offsetTaken'), key: 'taken', align: 'right', render: (_, row) => <Money fen={row.taken} /> },
          { title: t('offsetWhat'), key: 'outcome', render: (_, row) => label('offsetOutcomes', row.outcome) },
        ]}
      />
    </Block>
  );
}

/** What was not paid, by rule and reason. */
function NotPaid({ groups, onOpen }: { groups: Schema<'UnpaidGroup'>[]; onOpen: (group: Schema<'UnpaidGroup'>) => void }) {
  const t = useT('statements');
  if (groups.length === 0) return null;
  return (
    <Block title={t('notPaid')}>
      <Table
        aria-label={t('notPaid')}
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        rowKey={(row) => `${row.policy}${row.version}${row.component}${row.code}`}
        dataSource={groups}
        columns={[
          { title: t('rule'), dataIndex: 'title', key: 'title' },
          {
            title: t('reason'),
            key: 'sentence',
            render: (_, row) => (
              <Button
                type="link"
                style={{ padding: 0, height: 'auto', whiteSpace: 'normal', textAlign: 'start' }}
                onClick={() => onOpen(row)}
              >
                {row.sentence}
              </Button>
            ),
          },
          { title: t('lines'), key: 'count', align: 'right', render: (_, row) => count(row.count) },
          { title: t('curable'), key: 'curable', align: 'right', render: (_, row) => count(row.curable) },
          { title: t('nextDeadline'), key: 'next', render: (_, row) => row.next_deadline ?? '—' },
          { title: t('forgone'), key: 'forgone', align: 'right', render: (_, row) => <Money fen={row.forgone} /> },
        ]}
      />
    </Block>
  );
}
