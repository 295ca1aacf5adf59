// Every flow as it is used now, and those the house is at.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Form, Input, Select, Space, Table } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Upload } from '@/shared/ui/Upload';
import { useUrl } from '@/shared/url';
import { useBegin, useBeginNow } from './begin';
import { STATES, TONES, type Head } from './labels';

type Flow = Schema<'DesignedFlow'>;

/** Most bytes of a file; the server takes no larger text. */
const LARGEST = 256 << 10;

export default function DesignPage() {
  const t = useT('flowDesign');
  const mayDefine = usePermission('flow.define');
  const flows = useQuery({ queryKey: ['flow-definitions'], queryFn: () => answer(http.GET('/api/v1/flow-definitions')) });
  const [opened, setOpened] = useState<'copy' | 'import'>();
  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          <>
            <Button disabled={!mayDefine} title={mayDefine ? undefined : t('noDefine')} onClick={() => setOpened('import')}>
              {t('import')}
            </Button>
            <Button type="primary" disabled={!mayDefine} title={mayDefine ? undefined : t('noDefine')} onClick={() => setOpened('copy')}>
              {t('newFlow')}
            </Button>
          </>
        }
      />
      <div className="grid">
        <Drafts />
        <Block title={t('inUse')}>
          <QueryState query={flows} empty={(list) => list.length === 0} whenEmpty={<EmptyBox title={t('noFlows')} />}>
            {(list) => <InUse list={list} mayDefine={mayDefine} />}
          </QueryState>
        </Block>
      </div>
      {opened === 'copy' && <Copy flows={flows.data ?? []} onClose={() => setOpened(undefined)} />}
      {opened === 'import' && <Import onClose={() => setOpened(undefined)} />}
    </>
  );
}

function InUse({ list, mayDefine }: { list: Flow[]; mayDefine: boolean }) {
  const t = useT('flowDesign');
  const groups = useLabel('flows');
  const begin = useBeginNow();
  return (
    <Table<Flow>
      aria-label={t('inUse')}
      size="small"
      rowKey="flow"
      dataSource={list}
      pagination={false}
      scroll={{ x: 'max-content' }}
      columns={[
        {
          title: t('name'),
          key: 'name',
          render: (_, row) => (
            <>
              <Link to={`/flow-design/${row.flow}/${row.version}`}>{row.title}</Link>
              <div className="muted">{row.flow}</div>
            </>
          ),
        },
        { title: t('group'), key: 'group', render: (_, row) => groups('groups', row.group) },
        { title: t('prefix'), dataIndex: 'number' },
        { title: t('version'), dataIndex: 'version', align: 'right', width: 72 },
        { title: t('steps'), dataIndex: 'steps', align: 'right', width: 72 },
        {
          title: t('origin'),
          key: 'own',
          render: (_, row) => (
            <>
              <StatusTag tone={row.own ? 'info' : 'plain'}>{row.own ? t('own') : t('shipped')}</StatusTag>
              {row.own && row.shipped !== null && <span className="muted"> {t('shippedVersion', { version: row.shipped })}</span>}
            </>
          ),
        },
        {
          title: t('acts'),
          key: 'acts',
          className: 'no-print',
          render: (_, row) =>
            mayDefine && (
              <Button type="link" size="small" onClick={() => void begin({ text: '', flow: row.flow, version: row.version })}>
                {t('newVersionOf', { name: row.title })}
              </Button>
            ),
        },
      ]}
    />
  );
}

function Drafts() {
  const t = useT('flowDesign');
  const label = useLabel('flowDesign');
  const [url, change] = useUrl();
  const state = STATES.find((one) => one === url.state);
  const drafts = useQuery({
    queryKey: ['flow-drafts', state],
    queryFn: () => answer(http.GET('/api/v1/flow-drafts', { params: { query: { state } } })),
  });
  return (
    <Block
      title={t('drafts')}
      extra={
        <Select<string>
          aria-label={t('state')}
          size="small"
          value={state ?? ''}
          options={[{ value: '', label: t('allStates') }, ...STATES.map((one) => ({ value: one as string, label: label('states', one) }))]}
          style={{ minWidth: 120 }}
          onChange={(chosen) => change({ state: chosen || undefined })}
        />
      }
    >
      <QueryState
        query={drafts}
        empty={(list) => list.length === 0}
        whenEmpty={<EmptyBox title={state ? t('noneInState') : t('noDrafts')} help={state ? undefined : t('noDraftsHelp')} />}
      >
        {(list) => (
          <Table<Head>
            aria-label={t('drafts')}
            size="small"
            rowKey="id"
            dataSource={list}
            scroll={{ x: 'max-content' }}
            pagination={list.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
            columns={[
              {
                title: t('name'),
                key: 'flow',
                render: (_, row) => (
                  <>
                    <Link to={`/flow-drafts/${row.id}`}>{row.title || row.flow || row.id}</Link>
                    <div className="muted">{row.flow}</div>
                  </>
                ),
              },
              { title: t('version'), dataIndex: 'flow_version', align: 'right', width: 72 },
              {
                title: t('state'),
                key: 'state',
                render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('states', row.state)}</StatusTag>,
              },
              { title: t('author'), dataIndex: 'author' },
              { title: t('approver'), key: 'decided', render: (_, row) => row.decided_by ?? '—' },
              { title: t('changed'), key: 'changed', render: (_, row) => `${dateTime(row.changed_at)} ${row.changed_by}` },
            ]}
          />
        )}
      </QueryState>
    </Block>
  );
}

/** A new flow, from one there is. */
function Copy({ flows, onClose }: { flows: Flow[]; onClose: () => void }) {
  const t = useT('flowDesign');
  const begin = useBegin();
  return (
    <ActionDrawer<{ flow: string; copy: string }>
      open
      title={t('newFlow')}
      verb={t('beginCopy')}
      consequence={t('copyHelp')}
      onClose={onClose}
      onSubmit={({ flow, copy }) => begin({ text: '', flow, copy })}
    >
      <Form.Item name="flow" label={t('copyOf')} rules={[{ required: true, message: t('required') }]}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={flows.map((one) => ({ value: one.flow, label: one.title }))} />
      </Form.Item>
      <Form.Item name="copy" label={t('newCode')} rules={[{ required: true, pattern: /^[a-z0-9_]{1,40}$/, message: t('codeHelp') }]}>
        <Input maxLength={40} />
      </Form.Item>
    </ActionDrawer>
  );
}

/** A definition that was exported, or written elsewhere. */
function Import({ onClose }: { onClose: () => void }) {
  const t = useT('flowDesign');
  const begin = useBegin();
  const [files, setFiles] = useState<File[]>([]);
  return (
    <ActionDrawer
      open
      title={t('import')}
      verb={t('import')}
      consequence={t('importHelp')}
      blocked={files.length === 0 ? t('noFile') : undefined}
      onClose={onClose}
      onSubmit={async () => begin({ text: await files[0]!.text() })}
    >
      <Space orientation="vertical" style={{ width: '100%' }}>
        <Upload accept=".toml" limit={LARGEST} files={files} onChange={setFiles} />
      </Space>
    </ActionDrawer>
  );
}
