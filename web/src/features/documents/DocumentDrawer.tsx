import { Button, Descriptions, Form, Input, Space, Table } from 'antd';
import { useState } from 'react';
import { api, http, ifMatch, queries, upload, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { bytes } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { stringifySearch } from '@/shared/url';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Upload } from '@/shared/ui/Upload';
import { About, type AboutFields } from './AddDocument';
import { ACCEPT, MOST_BYTES, type Folder, type KindName } from './folders';

type File_ = Schema<'DocumentFileView'>;

/** A document: what it is, every file it had, and what may be done with it. */
export function DocumentDrawer({ id, folders, onClose }: { id: string; folders: Folder[]; onClose: () => void }) {
  const t = useT('documents');
  const whole = api.useQuery('get', '/api/v1/documents/{id}', { params: { path: { id } } });
  const [act, setAct] = useState<'renew' | 'change' | 'archive'>();
  const document = whole.data?.document;
  return (
    <DetailDrawer
      open
      title={document?.title ?? t('title')}
      onClose={onClose}
      width={720}
      actions={
        document?.may_change && (
          <Space>
            {!document.archived && <Button onClick={() => setAct('change')}>{t('change')}</Button>}
            <Button onClick={() => setAct('archive')}>{document.archived ? t('restore') : t('archive')}</Button>
            {!document.archived && (
              <Button type="primary" onClick={() => setAct('renew')}>
                {t('renew')}
              </Button>
            )}
          </Space>
        )
      }
    >
      <QueryState query={whole}>
        {({ document: one, files }) => (
          <>
            <Descriptions
              column={2}
              items={[
                { key: 'kind', label: t('kind'), children: t(`kinds.${one.kind as KindName}`) },
                { key: 'folder', label: t('folder'), children: one.place.join(' / ') },
                { key: 'of', label: t('of'), children: one.partner ? `${one.partner_name} ${one.partner}` : one.territory_name },
                {
                  key: 'state',
                  label: t('state'),
                  children: <StatusTag tone={one.archived ? 'plain' : 'good'}>{one.archived ? t('archived') : t('inUse')}</StatusTag>,
                },
                { key: 'changed', label: t('changed'), children: `${dateTime(one.changed_at)} ${one.changed_by}` },
              ]}
            />
            <h2 style={{ fontSize: 16 }}>{t('versions')}</h2>
            <Table<File_>
              aria-label={t('versions')}
              rowKey="number"
              size="small"
              pagination={false}
              dataSource={files}
              scroll={{ x: 'max-content' }}
              columns={[
                { title: t('files'), dataIndex: 'number', align: 'right' },
                {
                  title: t('file'),
                  render: (_, file) => (
                    <a href={`/api/v1/documents/${one.id}/files/${file.number}`} target="_blank" rel="noreferrer">
                      {file.name}
                    </a>
                  ),
                },
                { title: t('size'), align: 'right', render: (_, file) => bytes(file.bytes) },
                { title: t('note'), dataIndex: 'note' },
                { title: t('by'), dataIndex: 'brought_by' },
                { title: t('at'), render: (_, file) => dateTime(file.brought_at) },
              ]}
            />
            {act === 'renew' && <Renew id={id} version={one.version} onClose={() => setAct(undefined)} />}
            <ActionDrawer<AboutFields>
              open={act === 'change'}
              title={t('change')}
              verb={t('save')}
              done={t('saved')}
              initial={{ title: one.title, folder: one.folder, kind: one.kind, territory: one.territory, partner: one.partner }}
              onClose={() => setAct(undefined)}
              onSubmit={async ({ title, folder, kind, territory = '', partner = '' }) => {
                const body = { title, folder, kind, territory: territory.trim(), partner: partner.trim() };
                await http.PUT('/api/v1/documents/{id}', { params: { path: { id }, header: ifMatch(one.version) }, body });
                await queries.invalidateQueries();
              }}
            >
              <About folders={folders} />
            </ActionDrawer>
            <ActionDrawer<{ reason: string }>
              open={act === 'archive'}
              title={one.archived ? t('restore') : t('archive')}
              consequence={one.archived ? t('restoreHelp') : t('archiveHelp')}
              verb={one.archived ? t('restore') : t('archive')}
              done={t('saved')}
              onClose={() => setAct(undefined)}
              onSubmit={async ({ reason }) => {
                await http.POST('/api/v1/documents/{id}/archive', {
                  params: { path: { id }, header: ifMatch(one.version) },
                  body: { archived: !one.archived, reason },
                });
                await queries.invalidateQueries();
              }}
            >
              <Form.Item
                name="reason"
                label={t('reason')}
                rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}
              >
                <Input.TextArea rows={2} maxLength={500} />
              </Form.Item>
            </ActionDrawer>
          </>
        )}
      </QueryState>
    </DetailDrawer>
  );
}

/** The next file; the former ones stay. */
function Renew({ id, version, onClose }: { id: string; version: number; onClose: () => void }) {
  const t = useT('documents');
  const [files, setFiles] = useState<File[]>([]);
  return (
    <ActionDrawer<{ note?: string }>
      open
      title={t('renew')}
      consequence={t('renewHelp')}
      verb={t('renew')}
      done={t('saved')}
      blocked={files.length === 0 ? t('chooseFile') : undefined}
      onClose={onClose}
      onSubmit={async ({ note }) => {
        const [file] = files;
        if (!file) return;
        const query = stringifySearch({ name: file.name, note });
        await upload(`/api/v1/documents/${id}/files${query}`, file, {
          'Content-Type': 'application/octet-stream',
          ...ifMatch(version),
        });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item label={t('file')}>
        <Upload accept={ACCEPT} limit={MOST_BYTES} hint={t('fileHint')} files={files} onChange={setFiles} />
      </Form.Item>
      <Form.Item name="note" label={t('note')}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
    </ActionDrawer>
  );
}
