import { Button, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { PageHead } from '@/shared/ui/PageHead';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { AddPerson } from './AddPerson';
import { PersonDrawer } from './PersonDrawer';

type Person = Schema<'PersonView'>;

export default function PeoplePage() {
  const t = useT('people');
  const [url, change] = useUrl();
  const manage = usePermission('person.manage');
  const roles = api.useQuery('get', '/api/v1/roles').data ?? [];
  const [adding, setAdding] = useState(false);
  const columns: Column<Person>[] = [
    {
      key: 'login',
      title: t('login'),
      sorter: true,
      render: (_, row) => (
        <Button type="link" style={{ padding: 0 }} onClick={() => change({ id: row.login })}>
          {row.login}
        </Button>
      ),
    },
    { key: 'name', title: t('name'), sorter: true, dataIndex: 'name' },
    {
      key: 'roles',
      title: t('roles'),
      render: (_, row) =>
        row.roles
          .filter((role) => role.holds)
          .map((role) => `${role.title} · ${role.over_name}`)
          .join('；'),
    },
    { key: 'phone', title: t('phone'), render: (_, row) => row.phone || t('unknown') },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <StatusTag tone={row.state === 'left' ? 'plain' : row.locked_until_at ? 'warn' : 'good'}>
          {row.state === 'left' ? t('left') : row.locked_until_at ? t('lockedNow') : t('present')}
        </StatusTag>
      ),
    },
  ];
  const refresh = () => queries.invalidateQueries();
  return (
    <>
      <PageHead title={t('title')} />
      <ResourceTable<Person>
        id="people"
        label={t('list')}
        columns={columns}
        rowKey={(row) => row.login}
        onOpen={(row) => change({ id: row.login })}
        load={(query, signal) => answer(http.GET('/api/v1/people', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('search') },
          {
            kind: 'select',
            name: 'role',
            label: t('role'),
            search: true,
            options: roles.map((role) => ({ value: role.id, label: role.title })),
          },
          { kind: 'text', name: 'over', label: t('over') },
        ]}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: t('present') },
            { value: 'left', label: t('left') },
            { value: 'all', label: t('all') },
          ],
        }}
        tools={() => (
          <Space>
            <Button type="primary" disabled={!manage} title={manage ? undefined : t('noManage')} onClick={() => setAdding(true)}>
              {t('add')}
            </Button>
          </Space>
        )}
      />
      <AddPerson open={adding} roles={roles} onClose={() => setAdding(false)} onDone={() => void refresh()} />
      {url.id && <PersonDrawer login={url.id} roles={roles} onClose={() => change({ id: undefined })} onChanged={() => void refresh()} />}
    </>
  );
}
