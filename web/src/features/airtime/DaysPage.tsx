import { useNavigate } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http, upload, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Upload } from '@/shared/ui/Upload';
import { refresh } from './data';

type Day = Schema<'TopUpDay'>;

const LARGEST = 32 << 20;

/** Days of the top-up system beside ours. */
export default function DaysPage() {
  const t = useT('airtime');
  const navigate = useNavigate();
  const may = usePermission('terminal.manage');
  const [bringing, setBringing] = useState(false);
  const open = (id: string) => void navigate({ to: '/top-up-days/$id', params: { id } as never });
  const columns: Column<Day>[] = [
    {
      key: 'day',
      title: t('day'),
      render: (_, row) => (
        <Button type="link" style={{ padding: 0, height: 'auto' }} onClick={() => open(row.id)}>
          {row.day}
        </Button>
      ),
    },
    { key: 'file', title: t('file'), dataIndex: 'file' },
    { key: 'lines', title: t('lines'), num: true, render: (_, row) => count(row.lines) },
    { key: 'agreed', title: t('agreed'), num: true, render: (_, row) => count(row.agreed) },
    { key: 'differences', title: t('differences'), num: true, render: (_, row) => count(row.differences) },
    {
      key: 'open',
      title: t('stillOpen'),
      render: (_, row) => <StatusTag tone={row.open > 0 ? 'warn' : 'good'}>{count(row.open)}</StatusTag>,
    },
    { key: 'who', title: t('who'), render: (_, row) => `${row.who} ${dateTime(row.at)}` },
  ];
  return (
    <>
      <PageHead
        title={t('days')}
        actions={
          may && (
            <Button type="primary" onClick={() => setBringing(true)}>
              {t('bring')}
            </Button>
          )
        }
      />
      <ResourceTable<Day>
        id="top-up-days"
        label={t('days')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/top-up-days', { params: { query: query as object }, signal }))}
        onOpen={(row) => open(row.id)}
        whenEmpty={<EmptyBox title={t('noDays')} help={may ? t('noDaysHelp') : undefined} />}
      />
      {bringing && <Bring onClose={() => setBringing(false)} onDone={open} />}
    </>
  );
}

function Bring({ onClose, onDone }: { onClose: () => void; onDone: (id: string) => void }) {
  const t = useT('airtime');
  const [files, setFiles] = useState<File[]>([]);
  return (
    <ActionDrawer<{ day: string }>
      open
      width={520}
      title={t('bring')}
      consequence={t('bringConsequence')}
      verb={t('bring')}
      {...(files.length === 0 ? { blocked: t('noFile') } : {})}
      onClose={onClose}
      onSubmit={async ({ day }) => {
        const file = files[0]!;
        const path = `/api/v1/top-up-days?${new URLSearchParams({ day, name: file.name })}`;
        const found = (await upload(path, file, { 'Content-Type': 'text/csv' })) as Schema<'TopUpDayWhole'>;
        await refresh();
        onDone(found.head.id);
      }}
    >
      <Form.Item name="day" label={t('day')} rules={[{ required: true, message: t('fieldMissing') }]}>
        <Input type="date" />
      </Form.Item>
      <Upload accept=".csv,.tsv,.txt,.xlsx" limit={LARGEST} files={files} onChange={setFiles} hint={t('fileHint')} />
    </ActionDrawer>
  );
}
