import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, money } from '@/shared/format/money';
import { JobProgress } from '@/shared/ui/JobProgress';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { Refused } from '@/shared/ui/Drawers';

type Row = Schema<'LedgerAccount'>;

/** Where an account's entries are. */
export const accountPath = (owner: string, kind: string) => `/ledger/accounts/${encodeURIComponent(owner)}/${kind}`;

/** What stands in the books: sums by kind, accounts, and a check of every record. */
export default function LedgerPage() {
  const t = useT('ledger');
  const label = useLabel('ledger');
  const go = useNavigate();
  const query = api.useQuery('get', '/api/v1/ledger');
  const kinds = query.data?.kinds ?? [];
  const columns: Column<Row>[] = [
    { key: 'owner', title: t('owner'), sorter: true, render: (_, row) => <Link to={accountPath(row.owner, row.kind)}>{row.owner}</Link> },
    { key: 'name', title: t('name'), dataIndex: 'name' },
    { key: 'kind', title: t('kind'), render: (_, row) => label('kinds', row.kind) },
    {
      key: 'balance',
      title: t('balance'),
      money: true,
      sorter: true,
      render: (_, row) => (row.unit === 'fen' ? <Money fen={row.balance} /> : count(row.balance)),
    },
    { key: 'entries', title: t('entries'), num: true, sorter: true, render: (_, row) => count(row.entries) },
    { key: 'last_on', title: t('lastOn'), dataIndex: 'last_on' },
  ];
  return (
    <>
      <PageHead
        title={t('title')}
        note={query.data && `${t('entity')} ${query.data.entity} · ${t('openMonth')} ${query.data.open_month ?? '—'}`}
        actions={<Link to="/ledger/journals">{t('journals')}</Link>}
      />
      <div style={{ display: 'grid', gap: 12 }}>
        <Check />
        <QueryState query={query} rows={2}>
          {(data) => (
            <>
              <dl className="figures">
                {(['records', 'journals', 'accounts'] as const).map((key) => (
                  <div key={key}>
                    <dt>{t(key)}</dt>
                    <dd>{count(data[key])}</dd>
                  </div>
                ))}
                <div>
                  <dt>{t('sum')}</dt>
                  <dd>{money(data.sum)}</dd>
                </div>
                {data.kinds.slice(0, 6).map((one) => (
                  <div key={one.kind}>
                    <dt>{label('kinds', one.kind)}</dt>
                    <dd>{one.unit === 'fen' ? money(one.balance) : count(one.balance)}</dd>
                  </div>
                ))}
              </dl>
              <p className="muted" style={{ margin: 0, overflowWrap: 'anywhere' }}>
                {t('hash')} {data.hash || '—'}
              </p>
            </>
          )}
        </QueryState>
        <ResourceTable<Row>
          id="ledger-accounts"
          label={t('accounts')}
          columns={columns}
          rowKey={(row) => `${row.owner}/${row.kind}`}
          load={(params, signal) => answer(http.GET('/api/v1/ledger/accounts', { params: { query: params as never }, signal }))}
          filters={[
            { kind: 'text', name: 'q', label: t('query') },
            {
              kind: 'select',
              name: 'kind',
              label: t('kind'),
              options: kinds.map((one) => ({ value: one.kind, label: label('kinds', one.kind) })),
            },
          ]}
          onOpen={(row) => void go({ to: accountPath(row.owner, row.kind) })}
          whenEmpty={<EmptyBox title={t('empty')} help={t('emptyHelp')} />}
        />
      </div>
    </>
  );
}

function Check() {
  const t = useT('ledger');
  const [job, setJob] = useState<string>();
  const [error, setError] = useState<unknown>();
  const start = async () => {
    setError(undefined);
    try {
      setJob((await answer(http.POST('/api/v1/ledger/check'))).id);
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <div>
      {error !== undefined && <Refused error={error} />}
      <Button onClick={() => void start()}>{t('check')}</Button> <span className="muted">{t('checking')}</span>
      {job && (
        <JobProgress id={job}>
          {(state) => {
            const result = state.result as { records?: number; journals?: number } | null;
            if (state.state === 'done')
              return (
                <Alert
                  type="success"
                  showIcon
                  title={t('checked', { records: count(result?.records ?? 0), journals: count(result?.journals ?? 0) })}
                />
              );
            return (
              state.state === 'failed' && (
                <Alert type="error" showIcon role="alert" title={t('failed')} description={state.detail ?? undefined} />
              )
            );
          }}
        </JobProgress>
      )}
    </div>
  );
}
