import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, api, http, queries, upload, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Can, usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Upload } from '@/shared/ui/Upload';
import { useUrl } from '@/shared/url';
import { BatchDrawer } from './BatchDrawer';
import { TONES } from './labels';

type Row = Schema<'ImportRow'>;

const MOST_BYTES = 512 << 20;
const STATES = ['uploaded', 'checked', 'refused', 'loaded', 'withdrawn'];

/** Files that were brought and batches of the fact store. */
export default function ImportsPage() {
  const t = useT('imports');
  const label = useLabel('imports');
  const [url, change] = useUrl();
  const tables = api.useQuery('get', '/api/v1/import-tables').data ?? [];
  const titleOf = (table: string | null) => tables.find((one) => one.table === table)?.title ?? table ?? '—';
  const [bringing, setBringing] = useState(false);
  const mayLoad = usePermission('import.load');
  const columns: Column<Row>[] = [
    {
      key: 'file',
      title: t('file'),
      sorter: true,
      render: (_, row) =>
        row.batch && row.state !== 'withdrawn' ? (
          <Button type="link" style={{ padding: 0, height: 'auto' }} onClick={() => change({ batch: row.batch })}>
            {row.file || row.batch}
          </Button>
        ) : row.upload ? (
          <Link to={`/imports/uploads/${row.upload}`}>{row.file}</Link>
        ) : (
          row.file
        ),
    },
    { key: 'table', title: t('table'), render: (_, row) => titleOf(row.table) },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('states', row.state)}</StatusTag> },
    { key: 'received', title: t('received'), num: true, sorter: true, render: (_, row) => count(row.received) },
    { key: 'accepted', title: t('accepted'), num: true, render: (_, row) => count(row.accepted) },
    { key: 'rejected', title: t('rejected'), num: true, sorter: true, render: (_, row) => count(row.rejected) },
    { key: 'unattributed', title: t('unattributed'), num: true, render: (_, row) => count(row.unattributed) },
    { key: 'day', title: t('day'), sorter: true, dataIndex: 'day' },
    { key: 'by', title: t('by'), render: (_, row) => row.by || t('cli') },
    { key: 'reason', title: t('reason'), render: (_, row) => row.reason ?? '' },
  ];
  const action = (
    <Button type="primary" onClick={() => setBringing(true)}>
      {t('upload')}
    </Button>
  );
  return (
    <>
      <PageHead title={t('title')} actions={<Can permission="import.load">{action}</Can>} />
      <ResourceTable<Row>
        id="imports"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.batch ?? row.upload ?? row.file}
        load={(query, signal) => answer(http.GET('/api/v1/imports', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('query') },
          {
            kind: 'select',
            name: 'table',
            label: t('table'),
            options: tables.map((one) => ({ value: one.table, label: one.title })),
          },
          { kind: 'select', name: 'state', label: t('state'), options: STATES.map((value) => ({ value, label: label('states', value) })) },
        ]}
        whenEmpty={<EmptyBox title={t('empty')} help={t('emptyHelp')} action={mayLoad && action} />}
      />
      <BatchDrawer batch={url.batch} onClose={() => change({ batch: undefined })} />
      <Bring open={bringing} onClose={() => setBringing(false)} />
    </>
  );
}

function Bring({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useT('imports');
  const common = useT('common');
  const go = useNavigate();
  const [files, setFiles] = useState<File[]>([]);
  const send = async () => {
    const form = new FormData();
    form.append('file', files[0]!);
    const made = (await upload('/api/v1/uploads', form)) as Schema<'UploadView'>;
    setFiles([]);
    await queries.invalidateQueries({ queryKey: ['table', 'imports'] });
    void go({ to: `/imports/uploads/${made.id}` });
  };
  return (
    <ActionDrawer
      open={open}
      title={t('upload')}
      consequence={t('uploadConsequence')}
      verb={t('send')}
      blocked={files.length === 0 ? common('upload.choose') : undefined}
      onSubmit={send}
      onClose={onClose}
    >
      <Upload accept=".csv,.tsv,.txt,.xlsx" limit={MOST_BYTES} hint={t('uploadHint')} files={files} onChange={setFiles} />
    </ActionDrawer>
  );
}
