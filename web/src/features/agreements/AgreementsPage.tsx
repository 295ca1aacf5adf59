import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Tabs } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { AGREEMENT_STATES, AGREEMENT_TONES, unsignedSide, type AgreementRow } from '@/shared/agreements';
import { count, money, percent } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { Can } from '@/shared/permissions';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { WriteDraft } from './WriteDraft';

/** 协议: those in force and over, drafts on their way, and who of the second tier has none. */
export default function AgreementsPage() {
  const t = useT('agreements');
  const navigate = useNavigate();
  const [url, change] = useUrl();
  const [writing, setWriting] = useState(false);
  const tab = url.tab ?? 'list';
  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          <Can permission="agreement.manage">
            <Button type="primary" onClick={() => setWriting(true)}>
              {t('draft')}
            </Button>
          </Can>
        }
      />
      <Figures />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) =>
          change({ tab: next === 'list' ? undefined : next, state: undefined, q: undefined, partner: undefined, after: undefined })
        }
        items={[
          { key: 'list', label: t('list'), children: <List /> },
          { key: 'drafts', label: t('drafts'), children: <Drafts /> },
          { key: 'unsigned', label: t('unsigned'), children: <Unsigned /> },
        ]}
      />
      {writing && (
        <WriteDraft
          onClose={() => setWriting(false)}
          onDone={(id) => void navigate({ to: '/agreement-drafts/$id', params: { id } as never })}
        />
      )}
    </>
  );
}

function Figures() {
  const t = useT('agreements');
  const query = api.useQuery('get', '/api/v1/agreements/counts');
  return (
    <QueryState query={query} rows={1}>
      {(data) => (
        <dl className="figures">
          <div>
            <dt>{t('expiring')}</dt>
            <dd>
              <Link to="/agreements" search={{ state: 'expiring' } as never}>
                {count(data.states.find((one) => one.state === 'expiring')?.agreements ?? 0)}
              </Link>
            </dd>
          </div>
          <div>
            <dt>{t('signedShare')}</dt>
            <dd>{data.signed_ppm === null ? '—' : percent(data.signed_ppm / 1_000_000)}</dd>
          </div>
          <div>
            <dt>{t('signedOf')}</dt>
            <dd>
              <Link
                to="/agreements"
                search={{ tab: 'unsigned' } as never}
              >{`${count(data.second_tier_signed)} / ${count(data.second_tier)}`}</Link>
            </dd>
          </div>
        </dl>
      )}
    </QueryState>
  );
}

function List() {
  const t = useT('agreements');
  const common = useT('common');
  const label = useLabel('agreements');
  const navigate = useNavigate();
  const counts = api.useQuery('get', '/api/v1/agreements/counts').data;
  const of = (state: string) => counts && (counts.states.find((one) => one.state === state)?.agreements ?? 0);
  const columns: Column<AgreementRow>[] = [
    {
      key: 'code',
      title: t('number'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/agreements/$code" params={{ code: row.code } as never}>
          {row.code}
        </Link>
      ),
    },
    { key: 'partner', title: t('partner'), render: (_, row) => <span title={row.partner}>{row.partner_name}</span> },
    { key: 'tier', title: t('tier'), dataIndex: 'tier' },
    { key: 'territory', title: t('territory'), dataIndex: 'territory_name' },
    { key: 'business', title: t('business'), dataIndex: 'business_title' },
    { key: 'from', title: t('from'), dataIndex: 'from' },
    { key: 'last', title: t('lastDay'), render: (_, row) => row.last_day ?? t('endless') },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <>
          <StatusTag tone={AGREEMENT_TONES[row.state]}>{label('states', row.state)}</StatusTag>{' '}
          {row.days_left !== null && <span className="muted">{t('daysLeft', { days: row.days_left })}</span>}
        </>
      ),
    },
    { key: 'deposit', title: t('deposit'), money: true, render: (_, row) => (row.deposit === null ? '—' : money(row.deposit)) },
    { key: 'commitment', title: t('commitment'), money: true, render: (_, row) => money(row.commitment) },
  ];
  return (
    <ResourceTable<AgreementRow>
      id="agreements"
      label={t('list')}
      columns={columns}
      rowKey={(row) => row.code}
      load={(query, signal) => answer(http.GET('/api/v1/agreements', { params: { query: query as object }, signal }))}
      tabs={{
        param: 'state',
        items: [
          { value: '', label: common('all') },
          ...AGREEMENT_STATES.map((value) => ({ value, label: t(`states.${value}`), count: of(value) })),
        ],
      }}
      filters={[
        { kind: 'text', name: 'q', label: t('search') },
        {
          kind: 'own',
          name: 'partner',
          label: t('partner'),
          render: (value, change, id) => <PlacePick id={id} kind="partner" value={value} onChange={change} />,
        },
      ]}
      onOpen={(row) => void navigate({ to: '/agreements/$code', params: { code: row.code } as never })}
      whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
    />
  );
}

function Drafts() {
  const t = useT('agreements');
  const label = useLabel('agreements');
  const query = api.useQuery('get', '/api/v1/agreement-drafts');
  return (
    <QueryState
      query={query}
      rows={6}
      empty={(rows) => rows.length === 0}
      whenEmpty={<EmptyBox title={t('draftNone')} help={t('draftNoneHelp')} />}
    >
      {(rows) => (
        <PlainTable label={t('drafts')}>
          <thead>
            <tr>
              {(['number', 'partner', 'business', 'from', 'lastDay', 'state', 'madeBy', 'madeAt'] as const).map((key) => (
                <th key={key} scope="col">
                  {t(key)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const waits = unsignedSide(row);
              return (
                <tr key={row.id}>
                  <th scope="row">
                    <Link to="/agreement-drafts/$id" params={{ id: row.id } as never}>
                      {row.id}
                    </Link>
                  </th>
                  <td title={row.partner}>{row.partner_name}</td>
                  <td>{row.business_title}</td>
                  <td>{row.from}</td>
                  <td>{row.last_day}</td>
                  <td>
                    <StatusTag tone={row.in_force ? 'good' : AGREEMENT_TONES[row.state]}>
                      {row.in_force ? t('inForce') : label('draftStates', row.state)}
                    </StatusTag>{' '}
                    {waits && <span className="muted">{t('waitingSign', { side: label('sides', waits) })}</span>}
                  </td>
                  <td>{row.made_by}</td>
                  <td>{dateTime(row.made_at)}</td>
                </tr>
              );
            })}
          </tbody>
        </PlainTable>
      )}
    </QueryState>
  );
}

function Unsigned() {
  const t = useT('agreements');
  type Row = Schema<'UnsignedPartner'>;
  const columns: Column<Row>[] = [
    {
      key: 'code',
      title: t('partner'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/partners/$code" params={{ code: row.code } as never}>
          {row.name} {row.code}
        </Link>
      ),
    },
    { key: 'tier', title: t('tier'), dataIndex: 'tier' },
    { key: 'parent', title: t('parent'), render: (_, row) => (row.parent ? `${row.parent_name} ${row.parent}` : '—') },
    { key: 'territory', title: t('territory'), dataIndex: 'territory_name' },
    { key: 'ended', title: t('endedOn'), render: (_, row) => row.ended_on ?? t('never') },
  ];
  return (
    <ResourceTable<Row>
      id="unsigned"
      label={t('unsigned')}
      columns={columns}
      rowKey={(row) => row.code}
      load={(query, signal) => answer(http.GET('/api/v1/agreements/unsigned', { params: { query: query as object }, signal }))}
      whenEmpty={<EmptyBox title={t('unsignedNone')} />}
    />
  );
}
