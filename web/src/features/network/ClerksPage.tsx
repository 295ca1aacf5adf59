import { Link } from '@tanstack/react-router';
import { Button, Descriptions } from 'antd';
import { answer, api, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { TONES, useAreas, useStateTabs, type ClerkRow } from './data';
import { History } from './parts';

export default function ClerksPage() {
  const t = useT('network');
  const label = useLabel('network');
  const [url, change] = useUrl();
  const { areas, loading } = useAreas();
  const tabs = useStateTabs();
  const columns: Column<ClerkRow>[] = [
    {
      key: 'code',
      title: t('workId'),
      sorter: true,
      fixed: 'left',
      render: (_, row) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => change({ id: row.code })}>
          {row.code}
        </Button>
      ),
    },
    { key: 'name', title: t('person'), sorter: true, render: (_, row) => row.name },
    {
      key: 'outlet',
      title: t('outlet'),
      sorter: true,
      render: (_, row) => <Beside to="/outlets" code={row.outlet} name={row.outlet_name} />,
    },
    { key: 'partner', title: t('owner'), render: (_, row) => <Beside to="/partners" code={row.partner} name={row.partner_name} /> },
    { key: 'territory', title: t('area'), sorter: true, render: (_, row) => row.territory_name || '—' },
    { key: 'from', title: t('from'), sorter: true, render: (_, row) => row.from },
    {
      key: 'state',
      title: t('stateLabel'),
      render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('state', row.state)}</StatusTag>,
    },
  ];
  return (
    <>
      <PageHead title={t('clerks')} />
      <ResourceTable<ClerkRow>
        id="clerks"
        label={t('clerks')}
        columns={columns}
        rowKey={(row) => row.code}
        load={(query, signal) => answer(http.GET('/api/v1/clerks', { params: { query: query as object }, signal }))}
        defaults={{ state: 'active' }}
        tabs={tabs}
        filters={[
          { kind: 'text', name: 'q', label: t('search'), placeholder: t('searchHelp') },
          { kind: 'area', name: 'territory', label: t('area'), areas, loading },
          { kind: 'text', name: 'outlet', label: t('outlet') },
          { kind: 'text', name: 'partner', label: t('owner') },
        ]}
        onOpen={(row) => change({ id: row.code })}
        whenEmpty={<EmptyBox help={t('emptyClerks')} />}
      />
      <DetailDrawer open={url.id !== undefined} title={url.id} onClose={() => change({ id: undefined })}>
        {url.id && <Content code={url.id} />}
      </DetailDrawer>
    </>
  );
}

function Beside({ to, code, name }: { to: string; code: string; name: string }) {
  if (!code) return '—';
  return (
    <Link to={to} search={{ id: code } as never} title={code}>
      {name || code}
    </Link>
  );
}

function Content({ code }: { code: string }) {
  const t = useT('network');
  const query = api.useQuery('get', '/api/v1/clerks/{code}', { params: { path: { code } } });
  return (
    <QueryState query={query}>
      {({ clerk, history }) => (
        <>
          <Descriptions
            title={clerk.name}
            column={1}
            size="small"
            items={[
              { key: 'outlet', label: t('outlet'), children: <Beside to="/outlets" code={clerk.outlet} name={clerk.outlet_name} /> },
              { key: 'partner', label: t('owner'), children: <Beside to="/partners" code={clerk.partner} name={clerk.partner_name} /> },
              { key: 'area', label: t('area'), children: clerk.territory_name || '—' },
            ]}
          />
          <h3>{t('history')}</h3>
          <History rows={history} />
        </>
      )}
    </QueryState>
  );
}
