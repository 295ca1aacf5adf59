import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { stringifySearch } from '@/shared/url';
import { CollectAct, IssueAct } from './Acts';
import { buckets } from './data';

type Row = Schema<'ReceivableAccount'>;

const STEPS = [30, 60, 90];

/** Partners by what they owe and how old it is. */
export default function ReceivablesPage() {
  const t = useT('receivables');
  const common = useT('common');
  const navigate = useNavigate();
  const may = usePermission('receivable.manage');
  const [doing, setDoing] = useState<'issue' | 'collect'>();
  const summary = api.useQuery('get', '/api/v1/receivables/summary', {});
  const ages = buckets(summary.data?.steps ?? STEPS);
  const columns: Column<Row>[] = [
    {
      key: 'partner',
      title: t('partner'),
      fixed: 'left',
      sorter: true,
      render: (_, row) => (
        <Link to="/receivables/$partner" params={{ partner: row.partner } as never}>
          {`${row.name} ${row.partner}`}
        </Link>
      ),
    },
    { key: 'balance', title: t('balance'), money: true, sorter: true, render: (_, row) => <Money fen={row.balance} /> },
    ...ages.map((name, at): Column<Row> => ({
      key: `age${at}`,
      title: name,
      money: true,
      render: (_, row) => <Money fen={row.ages[at]} />,
    })),
    { key: 'overdue', title: t('overdue'), money: true, sorter: true, render: (_, row) => <Money fen={row.overdue} /> },
    { key: 'overdue_days', title: t('overdueDays'), num: true, sorter: true, render: (_, row) => count(row.overdue_days) },
    { key: 'credit', title: t('credit'), money: true, render: (_, row) => <Money fen={row.credit} /> },
    { key: 'deposits', title: t('deposits'), money: true, render: (_, row) => <Money fen={row.deposits} /> },
    {
      key: 'stopped',
      title: t('supply'),
      render: (_, row) =>
        row.stopped ? <StatusTag tone="bad">{t('stopped')}</StatusTag> : <StatusTag tone="good">{t('supplied')}</StatusTag>,
    },
  ];
  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          may && (
            <>
              <Button onClick={() => setDoing('issue')}>{t('issue')}</Button>
              <Button type="primary" onClick={() => setDoing('collect')}>
                {t('collect')}
              </Button>
            </>
          )
        }
      />
      <Block title={t('sums')}>
        <QueryState query={summary} rows={2}>
          {(data) => (
            <>
              <dl className="figures">
                {(
                  [
                    [t('balance'), data.balance],
                    ...data.ages.map((fen, at): [string, number] => [t('age', { days: ages[at] ?? '' }), fen]),
                    [t('overdue'), data.overdue],
                    [t('deposits'), data.deposits],
                  ] as [string, number][]
                ).map(([name, fen]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>
                      <Money fen={fen} />
                    </dd>
                  </div>
                ))}
              </dl>
              <p className="muted">{t('rule', { days: data.stop_days, stopped: data.stopped })}</p>
              {data.waiting_offsets > 0 && <Link to={'/offsets' as never}>{t('waiting', { count: data.waiting_offsets })}</Link>}
            </>
          )}
        </QueryState>
      </Block>
      <div style={{ marginTop: 12 }}>
        <ResourceTable<Row>
          id="receivables"
          label={t('title')}
          columns={columns}
          rowKey={(row) => row.partner}
          load={(query, signal) => answer(http.GET('/api/v1/receivables', { params: { query: query as object }, signal }))}
          tabs={{
            param: 'only',
            items: [
              { value: '', label: common('all') },
              { value: 'overdue', label: t('onlyOverdue') },
              { value: 'stopped', label: t('stopped'), count: summary.data?.stopped },
            ],
          }}
          filters={[{ kind: 'text', name: 'q', label: t('search') }]}
          ownFile
          tools={(query) => <Button href={`/api/v1/receivables/file${stringifySearch(query)}`}>{common('export')}</Button>}
          onOpen={(row) => void navigate({ to: '/receivables/$partner', params: { partner: row.partner } as never })}
          whenEmpty={<EmptyBox title={t('none')} help={may ? t('noneHelp') : undefined} />}
        />
      </div>
      {doing === 'issue' && <IssueAct onClose={() => setDoing(undefined)} />}
      {doing === 'collect' && <CollectAct onClose={() => setDoing(undefined)} />}
    </>
  );
}
