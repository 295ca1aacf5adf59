// Every policy with its versions on a line of time, and the drafts under way.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { App, Button, Table } from 'antd';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { TONES, type DraftHead } from './labels';

type Policy = Schema<'PolicyView'>;

export default function PoliciesPage() {
  const t = useT('policy');
  const seesDrafts = usePermission('policy.simulate');
  const mayDraft = usePermission('policy.draft');
  const begin = useBegin();
  const policies = useQuery({ queryKey: ['policies'], queryFn: () => answer(http.GET('/api/v1/policies')) });
  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          <Button
            type="primary"
            disabled={!mayDraft}
            title={mayDraft ? undefined : t('noDraftRight')}
            onClick={() => void begin({ text: '' })}
          >
            {t('newPolicy')}
          </Button>
        }
      />
      <div className="grid">
        {seesDrafts && <Drafts />}
        <Block title={t('published')}>
          <QueryState query={policies} empty={(list) => list.length === 0} whenEmpty={<EmptyBox title={t('noPolicies')} />}>
            {(list) => <Published list={list} />}
          </QueryState>
        </Block>
      </div>
    </>
  );
}

/** Begins a draft and opens it. */
export function useBegin() {
  const navigate = useNavigate();
  const { message } = App.useApp();
  return async (body: Schema<'NewDraft'>) => {
    try {
      const draft = await answer(http.POST('/api/v1/drafts', { body }));
      void navigate({ to: `/policy-drafts/${draft.head.id}` });
    } catch (error) {
      void message.error((error as Error).message);
    }
  };
}

function Drafts() {
  const t = useT('policy');
  const label = useLabel('policy');
  const drafts = useQuery({ queryKey: ['drafts'], queryFn: () => answer(http.GET('/api/v1/drafts', { params: { query: {} } })) });
  return (
    <Block title={t('drafts')}>
      <QueryState
        query={drafts}
        empty={(list) => list.length === 0}
        whenEmpty={<EmptyBox title={t('noDrafts')} help={t('noDraftsHelp')} />}
      >
        {(list) => (
          <Table<DraftHead>
            aria-label={t('drafts')}
            size="small"
            rowKey="id"
            dataSource={list}
            pagination={list.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
            columns={[
              {
                title: t('name'),
                key: 'policy',
                render: (_, row) => <Link to={`/policy-drafts/${row.id}`}>{row.title || row.policy || row.id}</Link>,
              },
              { title: t('version'), dataIndex: 'policy_version', width: 72, align: 'right' },
              { title: t('days'), key: 'days', render: (_, row) => `${row.from ?? '—'} – ${row.last ?? t('open')}` },
              {
                title: t('status'),
                key: 'state',
                render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('draftState', row.state)}</StatusTag>,
              },
              { title: t('author'), dataIndex: 'author' },
              { title: t('changed'), key: 'changed', render: (_, row) => `${dateTime(row.changed_at)} ${row.changed_by}` },
            ]}
          />
        )}
      </QueryState>
    </Block>
  );
}

function Published({ list }: { list: Policy[] }) {
  const t = useT('policy');
  const label = useLabel('policy');
  const rows = list.flatMap((policy) =>
    policy.versions.map((version) => ({ ...version, name: policy.name, key: `${policy.name}/${version.version}` })),
  );
  const years = rows.flatMap((row) => [row.from, row.last ?? row.from]).map((day) => Number(day.slice(0, 4)));
  const [first, last] = [Math.min(...years), Math.max(...years) + 1];
  const place = (day: string) => ((Date.parse(day) - Date.UTC(first, 0)) / (Date.UTC(last, 0) - Date.UTC(first, 0))) * 100;
  return (
    <Table
      aria-label={t('published')}
      size="small"
      rowKey="key"
      dataSource={rows}
      pagination={false}
      scroll={{ x: 'max-content' }}
      columns={[
        {
          title: t('name'),
          key: 'name',
          render: (_, row) => (
            <>
              <Link to={`/policies/${row.name}/${row.version}`}>{row.title || row.name}</Link> <span className="muted">{row.name}</span>
            </>
          ),
        },
        { title: t('version'), dataIndex: 'version', width: 72, align: 'right' },
        { title: t('days'), key: 'days', render: (_, row) => `${row.from} – ${row.last ?? t('open')}` },
        {
          title: t('status'),
          key: 'state',
          render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('state', row.state)}</StatusTag>,
        },
        {
          title: `${t('timeline')} ${first}–${last - 1}`,
          key: 'line',
          width: 280,
          render: (_, row) => {
            const [from, to] = [place(row.from), row.last ? place(row.last) : 100];
            return (
              <div aria-hidden style={{ position: 'relative', height: 8, borderRadius: 4, background: 'var(--q-track)' }}>
                <div
                  style={{
                    position: 'absolute',
                    left: `${from}%`,
                    width: `${Math.max(1, to - from)}%`,
                    height: 8,
                    borderRadius: 4,
                    background: row.state === 'ended' ? 'var(--q-muted)' : 'var(--q-brand)',
                  }}
                />
              </div>
            );
          },
        },
      ]}
    />
  );
}
