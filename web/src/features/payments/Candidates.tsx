import { Link } from '@tanstack/react-router';
import { Button, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { count, money } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { MonthPicker } from '@/shared/ui/Pickers';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

type Row = Schema<'PaymentCandidates'>['statements']['items'][number];

const WAITS = ['ready', 'unconfirmed', 'disputed', 'invoice', 'no_account', 'held', 'in_batch', 'nothing'] as const;

/** Where a statement is opened; one of differences by its number. */
const statementOf = (row: Row) => `/statements/${row.period}/${row.statement.startsWith('BC') ? row.statement : row.partner}`;

/** Where the reason for waiting is dealt with. */
function reasonOf(row: Row): { to: string; search?: Record<string, string> } | undefined {
  switch (row.waits) {
    case 'unconfirmed':
      return { to: statementOf(row) };
    case 'disputed':
      return { to: '/settlement/disputes', search: { q: row.partner, period: row.period } };
    case 'invoice':
      return { to: '/settlement/invoices', search: { q: row.statement } };
    case 'no_account':
    case 'held':
      return { to: '/payments', search: { tab: 'accounts', q: row.partner } };
    case 'in_batch':
      return { to: '/payments', search: { tab: 'batches', month: row.period } };
    default:
      return undefined;
  }
}

/** The last published month. */
function useMonth(): [string | undefined, (month: string) => void] {
  const [url, change] = useUrl();
  const today = (useMe() as { today?: string }).today ?? '';
  const periods = api.useQuery('get', '/api/v1/periods', { params: { query: { limit: 24 } } });
  const last = periods.data?.items.find((one) => ['published', 'closed', 'again'].includes(one.state))?.month;
  return [url.month ?? last ?? today.slice(0, 7), (month) => change({ month, after: undefined })];
}

/** Statements of a month and whether they can be paid. */
export function Candidates({ onMade }: { onMade: () => void }) {
  const t = useT('payments');
  const label = useLabel('payments');
  const [month, setMonth] = useMonth();
  const mayMake = usePermission('payment.make');
  const [chosen, setChosen] = useState<Row[]>();
  const sums = api.useQuery(
    'get',
    '/api/v1/payment-candidates',
    { params: { query: { month: month ?? '', limit: 1 } } },
    { enabled: month !== undefined },
  );
  const data = sums.data;
  const columns: Column<Row>[] = [
    { key: 'partner', title: t('partner'), render: (_, row) => `${row.name} ${row.partner}` },
    {
      key: 'statement',
      title: t('statement'),
      render: (_, row) => <Link to={statementOf(row)}>{row.statement}</Link>,
    },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'due', title: t('due'), dataIndex: 'due_on' },
    {
      key: 'waits',
      title: t('wait'),
      render: (_, row) => {
        const tag = <StatusTag tone={row.waits ? 'warn' : 'good'}>{label('waits', row.waits ?? 'ready')}</StatusTag>;
        const where = row.waits ? reasonOf(row) : undefined;
        if (!where) return tag;
        return (
          <Link to={where.to} search={where.search as never} title={label('waitsHelp', row.waits ?? '')}>
            {tag}
          </Link>
        );
      },
    },
  ];
  if (!month) return null;
  return (
    <div style={{ display: 'grid', gap: 12 }}>
      <Space wrap size="large">
        <MonthPicker value={month} onChange={setMonth} />
        {data && (
          <span>
            {t('ready')} {count(data.ready)} · {t('readyAmount')} {money(data.ready_amount)}
          </span>
        )}
        {data &&
          Object.entries(data.waiting).map(([wait, number]) => (
            <span key={wait} className="muted">
              {label('waits', wait)} {count(number)}
            </span>
          ))}
      </Space>
      <ResourceTable<Row>
        id="payment-candidates"
        label={t('tabs.candidates')}
        columns={columns}
        rowKey={(row) => row.statement}
        fixed={{ month }}
        load={async (query, signal) =>
          (await answer(http.GET('/api/v1/payment-candidates', { params: { query: query as never }, signal }))).statements
        }
        filters={[
          { kind: 'text', name: 'q', label: t('query') },
          { kind: 'select', name: 'waits', label: t('wait'), options: WAITS.map((value) => ({ value, label: label('waits', value) })) },
        ]}
        tools={() =>
          mayMake && (
            <Button type="primary" disabled={!data?.ready} title={data?.ready ? undefined : t('noneReady')} onClick={() => setChosen([])}>
              {t('makeAll')}
            </Button>
          )
        }
        batch={
          mayMake
            ? (rows) => (
                <Button type="primary" disabled={rows.some((row) => row.waits !== null)} onClick={() => setChosen(rows)}>
                  {t('makeChosen', { count: rows.length })}
                </Button>
              )
            : undefined
        }
      />
      <Make
        key={chosen ? 'open' : 'shut'}
        month={month}
        chosen={chosen}
        all={{ count: data?.ready ?? 0, amount: data?.ready_amount ?? 0 }}
        onClose={() => setChosen(undefined)}
        onMade={onMade}
      />
    </div>
  );
}

interface MakeProps {
  month: string;
  chosen?: Row[];
  all: { count: number; amount: number };
  onClose: () => void;
  onMade: () => void;
}

function Make({ month, chosen, all, onClose, onMade }: MakeProps) {
  const t = useT('payments');
  const [key] = useState(newKey);
  const some = chosen && chosen.length > 0;
  const size = some ? chosen.length : all.count;
  const sum = some ? chosen.reduce((total, row) => total + row.amount, 0) : all.amount;
  const submit = async ({ note = '' }: { note?: string }) => {
    const body = { month, statements: (chosen ?? []).map((row) => row.statement), note };
    await http.POST('/api/v1/payments', { headers: onceHeader(key), body } as never);
    await queries.invalidateQueries({ queryKey: ['table', 'payment-candidates'] });
    await queries.invalidateQueries({ queryKey: ['get', '/api/v1/payment-candidates'] });
    onMade();
  };
  return (
    <ActionDrawer<{ note?: string }>
      open={chosen !== undefined}
      title={t('make')}
      consequence={t('makeConsequence', { count: count(size), amount: money(sum) })}
      verb={t('make')}
      done={t('made')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="note" label={t('note')}>
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
