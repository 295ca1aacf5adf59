import { Button, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { EmptyBox } from '@/shared/ui/QueryState';
import { PageHead } from '@/shared/ui/PageHead';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { AddDocument } from './AddDocument';
import { DocumentDrawer } from './DocumentDrawer';
import { KINDS, paths, type Folder, type KindName } from './folders';

type Document = Schema<'DocumentRow'>;

/** Plans, contracts and materials: folders, search over titles and contents, versions beside the list. */
export default function DocumentsPage() {
  const t = useT('documents');
  const [url, change] = useUrl();
  const keeps = usePermission('document.manage');
  const folders = api.useQuery('get', '/api/v1/documents/folders').data ?? [];
  const [adding, setAdding] = useState(false);
  const [folder, setFolder] = useState<Folder | 'new'>();
  const chosen = folders.find((one) => one.id === url.folder);
  const columns: Column<Document>[] = [
    {
      key: 'title',
      title: t('name'),
      sorter: true,
      render: (_, row) => (
        <>
          <Button type="link" style={{ padding: 0, whiteSpace: 'normal', textAlign: 'start' }} onClick={() => change({ id: row.id })}>
            {row.title}
          </Button>
          {row.found_text && <div className="muted">{t('found', { text: row.found_text })}</div>}
        </>
      ),
    },
    { key: 'kind', title: t('kind'), sorter: true, render: (_, row) => t(`kinds.${row.kind as KindName}`) },
    { key: 'place', title: t('folder'), render: (_, row) => row.place.join(' / ') },
    {
      key: 'of',
      title: t('of'),
      render: (_, row) => (row.partner ? `${row.partner_name || row.partner} ${row.partner_name ? row.partner : ''}` : row.territory_name),
    },
    { key: 'files', title: t('files'), num: true, dataIndex: 'files' },
    { key: 'changed', title: t('changed'), sorter: true, render: (_, row) => dateTime(row.changed_at) },
    { key: 'by', title: t('by'), dataIndex: 'changed_by' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={row.archived ? 'plain' : 'good'}>{row.archived ? t('archived') : t('inUse')}</StatusTag>,
    },
  ];
  const why = keeps ? undefined : t('noManage');
  return (
    <>
      <PageHead title={t('title')} />
      <ResourceTable<Document>
        id="documents"
        label={t('list')}
        columns={columns}
        rowKey={(row) => row.id}
        onOpen={(row) => change({ id: row.id })}
        load={(query, signal) => answer(http.GET('/api/v1/documents', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('search'), placeholder: t('searchHelp') },
          { kind: 'select', name: 'folder', label: t('folder'), search: true, options: paths(folders) },
          { kind: 'select', name: 'kind', label: t('kind'), options: KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })) },
          { kind: 'text', name: 'partner', label: t('partner') },
        ]}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: t('inUse') },
            { value: 'archived', label: t('archived') },
            { value: 'all', label: t('all') },
          ],
        }}
        whenEmpty={<EmptyBox title={t('empty')} help={t('emptyHelp')} />}
        tools={() => (
          <Space wrap>
            {chosen && (
              <Button disabled={!keeps} title={why} onClick={() => setFolder(chosen)}>
                {t('changeFolder')}
              </Button>
            )}
            <Button disabled={!keeps} title={why} onClick={() => setFolder('new')}>
              {t('newFolder')}
            </Button>
            <Button
              type="primary"
              disabled={!keeps || folders.length === 0}
              title={why ?? (folders.length === 0 ? t('folderFirst') : undefined)}
              onClick={() => setAdding(true)}
            >
              {t('add')}
            </Button>
          </Space>
        )}
      />
      <AddDocument open={adding} folders={folders} folder={url.folder} onClose={() => setAdding(false)} />
      {folder && <FolderForm folder={folder === 'new' ? undefined : folder} folders={folders} onClose={() => setFolder(undefined)} />}
      {url.id && <DocumentDrawer id={url.id} folders={folders} onClose={() => change({ id: undefined })} />}
    </>
  );
}

interface Fields {
  title: string;
  parent?: string;
  readers?: string[];
}

/** A folder is made or changed: title, place, the roles it is meant for. */
function FolderForm({ folder, folders, onClose }: { folder: Folder | undefined; folders: Folder[]; onClose: () => void }) {
  const t = useT('documents');
  const roles = api.useQuery('get', '/api/v1/roles').data ?? [];
  return (
    <ActionDrawer<Fields>
      open
      title={folder ? t('changeFolder') : t('newFolder')}
      verb={t('save')}
      done={t('saved')}
      initial={folder ? { title: folder.title, readers: folder.readers, ...(folder.parent ? { parent: folder.parent } : {}) } : {}}
      onClose={onClose}
      onSubmit={async ({ title, parent, readers = [] }) => {
        const body = { title, parent: parent ?? null, readers };
        if (folder) {
          await http.PUT('/api/v1/documents/folders/{id}', { params: { path: { id: folder.id }, header: ifMatch(folder.version) }, body });
        } else {
          await http.POST('/api/v1/documents/folders', { body });
        }
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="title" label={t('folderTitle')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name="parent" label={t('above')} extra={t('aboveHelp')}>
        <Select allowClear options={paths(folders).filter((one) => one.value !== folder?.id)} />
      </Form.Item>
      <Form.Item name="readers" label={t('readers')} extra={t('readersHelp')}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={roles.map((role) => ({ value: role.id, label: role.title }))}
        />
      </Form.Item>
    </ActionDrawer>
  );
}
