import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Button, Segmented, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { useUrl } from '@/shared/url';
import { AddCandidate } from './AddCandidate';
import { useWords } from './data';
import { Step } from './LifeActs';
import { LifeLines, LifeTag, Marks, Numbers } from './LifeParts';
import { CANDIDATE_STATES, endsIt, type Who } from './lives';

type Row = Schema<'CandidateRow'>;

const WHO: Who[] = ['partner', 'outlet'];

/** 拓展对象: who and what is to become a partner or an outlet, and how far each is. */
export default function CandidatesPage() {
  const t = useT('life');
  const [url, change] = useUrl();
  const who = WHO.find((one) => one === url.who) ?? 'partner';
  const [adding, setAdding] = useState(false);
  return (
    <>
      <PageHead
        title={t('candidates')}
        note={t('candidatesHelp')}
        actions={
          <Space wrap>
            <Segmented
              aria-label={t('who')}
              value={who}
              options={WHO.map((value) => ({ value, label: t(`whoOf.${value}`) }))}
              onChange={(value) =>
                change({ who: value === 'partner' ? undefined : value, state: undefined, id: undefined, after: undefined })
              }
            />
            <Button type="primary" onClick={() => setAdding(true)}>
              {t('addCandidate')}
            </Button>
          </Space>
        }
      />
      <List key={who} who={who} />
      {adding && <AddCandidate who={who} onClose={() => setAdding(false)} onAdded={(code) => change({ id: code })} />}
    </>
  );
}

function List({ who }: { who: Who }) {
  const t = useT('life');
  const [url, change] = useUrl();
  const words = useWords();
  const open = (row: Row) => change({ id: row.code });
  const columns: Column<Row>[] = [
    {
      key: 'code',
      title: t('code'),
      fixed: 'left',
      render: (_, row) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => open(row)}>
          {row.code}
        </Button>
      ),
    },
    { key: 'name', title: t('name'), render: (_, row) => row.name },
    {
      key: 'above',
      title: who === 'partner' ? t('above') : t('owner'),
      render: (_, row) =>
        row.above ? (
          <Link to="/partners/$code" params={{ code: row.above } as never} title={row.above}>
            {row.above_name || row.above}
          </Link>
        ) : (
          '—'
        ),
    },
    { key: 'territory', title: t('area'), render: (_, row) => row.territory_name || row.territory },
    {
      key: 'kind',
      title: who === 'partner' ? t('kind') : t('channel'),
      render: (_, row) => words.label(row.kind) || '—',
    },
    {
      key: 'class',
      title: who === 'partner' ? t('tier') : t('subtype'),
      render: (_, row) => words.label(row.class) || '—',
    },
    ...(who === 'outlet'
      ? [{ key: 'warning', title: t('warning'), render: (_: unknown, row: Row) => row.warning || '—' } satisfies Column<Row>]
      : []),
    { key: 'made_by', title: t('madeBy'), render: (_, row) => row.made_by },
    { key: 'state', title: t('state'), render: (_, row) => <LifeTag state={row.state} /> },
  ];
  return (
    <>
      <ResourceTable<Row>
        id={`candidates-${who}`}
        label={t('candidates')}
        columns={columns}
        rowKey={(row) => row.code}
        fixed={{ who }}
        load={(query, signal) => answer(http.GET('/api/v1/candidates', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('search') },
          {
            kind: 'select',
            name: 'state',
            label: t('state'),
            options: CANDIDATE_STATES[who].map((value) => ({ value, label: t(`states.${value as 'prospect'}`) })),
          },
        ]}
        onOpen={open}
        whenEmpty={<EmptyBox title={t('candidatesNone')} help={t('candidatesNoneHelp')} />}
      />
      <DetailDrawer open={url.id !== undefined} title={url.id} onClose={() => change({ id: undefined })}>
        {url.id && <One who={who} code={url.id} />}
      </DetailDrawer>
    </>
  );
}

function One({ who, code }: { who: Who; code: string }) {
  const params = { params: { path: { code } } };
  const partner = api.useQuery('get', '/api/v1/partners/{code}/life', params, { enabled: who === 'partner' });
  const outlet = api.useQuery('get', '/api/v1/outlets/{code}/life', params, { enabled: who === 'outlet' });
  return <QueryState query={who === 'partner' ? partner : outlet}>{(life) => <Lived who={who} life={life} />}</QueryState>;
}

/** Where a candidate stands, and the steps that are open to whoever looks. */
function Lived({ who, life }: { who: Who; life: Schema<'LifeView'> }) {
  const t = useT('life');
  const label = useLabel('life');
  const navigate = useNavigate();
  const starts = usePermission('flow.start');
  const [to, setTo] = useState<string>();
  const agree = () =>
    void navigate({ to: '/applications/new/$flow', params: { flow: 'agent_agreement' }, search: { partner: life.code } } as never);
  return (
    <>
      <Space wrap style={{ marginBottom: 12 }}>
        <LifeTag state={life.state} />
        {life.may.map((one) => (
          <Button key={one.state} danger={endsIt(one.state)} onClick={() => setTo(one.state)}>
            {label('step', one.state)}
          </Button>
        ))}
      </Space>
      <Marks who={who} life={life} />
      {who === 'partner' && life.state === 'approved' && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 12 }}
          title={t('agreementNext')}
          action={
            starts && (
              <Button size="small" onClick={agree}>
                {t('toAgreement')}
              </Button>
            )
          }
        />
      )}
      <Block title={t('history')}>
        <LifeLines life={life} />
      </Block>
      <Block title={t('numbers')}>
        <Numbers rows={life.numbers} />
      </Block>
      {to && <Step who={who} code={life.code} to={to} onClose={() => setTo(undefined)} />}
    </>
  );
}
