import { Alert, Button, Descriptions, Modal, Space, Typography } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime, dateTimeExact } from '@/shared/format/time';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { DiffView } from '@/shared/ui/DiffView';
import { ExportButton } from '@/shared/ui/ExportButton';
import { QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';

type Entry = Schema<'AuditView'>;
type Why = 'missing' | 'unlinked' | 'altered' | 'wrong_end';

const pretty = (json: string | null | undefined) => {
  if (!json) return '';
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
};

export default function AuditPage() {
  const t = useT('audit');
  const label = useLabel('audit');
  const [opened, setOpened] = useState<Entry>();
  const [verifying, setVerifying] = useState(false);
  const who = (entry: Entry) => {
    const [login = '', giver] = entry.who.split('/');
    return giver ? t('acting', { who: login, giver }) : login;
  };
  const columns: Column<Entry>[] = [
    {
      key: 'seq',
      title: t('seq'),
      num: true,
      render: (_, row) => (
        <Button type="link" style={{ padding: 0 }} onClick={() => setOpened(row)}>
          {row.seq}
        </Button>
      ),
    },
    { key: 'at', title: t('at'), render: (_, row) => dateTime(row.at) },
    { key: 'who', title: t('who'), render: (_, row) => who(row) },
    {
      key: 'action',
      title: t('action'),
      render: (_, row) => (
        <>
          {label('actions', row.action)} <code className="muted small">{row.action}</code>
        </>
      ),
    },
    { key: 'record', title: t('record'), render: (_, row) => `${row.noun} ${row.noun_id}` },
    { key: 'reason', title: t('reason'), render: (_, row) => row.reason ?? '' },
  ];
  return (
    <>
      <PageHead title={t('title')} actions={<Button onClick={() => setVerifying(true)}>{t('verify')}</Button>} />
      <ResourceTable<Entry>
        id="audit"
        label={t('list')}
        columns={columns}
        rowKey={(row) => String(row.seq)}
        onOpen={setOpened}
        load={(query, signal) => answer(http.GET('/api/v1/audit', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'text', name: 'who', label: t('who') },
          { kind: 'text', name: 'noun', label: t('noun') },
          { kind: 'text', name: 'noun_id', label: t('nounId') },
          { kind: 'days', name: 'days', label: t('days'), from: 'from', to: 'to' },
          { kind: 'text', name: 'action', label: t('action') },
        ]}
        ownFile
        tools={(query) => (
          <ExportButton begin={(format) => answer(http.POST('/api/v1/audit/exports', { body: { query: query as never, format } }))} />
        )}
      />
      <DetailDrawer open={opened !== undefined} title={t('detail', { seq: opened?.seq ?? 0 })} onClose={() => setOpened(undefined)}>
        {opened && (
          <Descriptions
            column={1}
            items={[
              { key: 'at', label: t('at'), children: dateTimeExact(opened.at) },
              { key: 'who', label: t('who'), children: who(opened) },
              { key: 'action', label: t('action'), children: `${label('actions', opened.action)} ${opened.action}` },
              { key: 'record', label: t('record'), children: `${opened.noun} ${opened.noun_id}` },
              { key: 'reason', label: t('reason'), children: opened.reason || t('none') },
              { key: 'changes', label: t('changes'), children: <Changes entry={opened} /> },
              { key: 'hash', label: t('hash'), children: <code style={{ wordBreak: 'break-all' }}>{opened.hash}</code> },
            ]}
          />
        )}
      </DetailDrawer>
      <Modal open={verifying} title={t('verifyTitle')} footer={null} onCancel={() => setVerifying(false)} destroyOnHidden>
        <Verification />
      </Modal>
    </>
  );
}

/** What an entry did to its record: what was there before and after, line by line. */
function Changes({ entry }: { entry: Entry }) {
  const t = useT('audit');
  const [before, after] = [pretty(entry.before), pretty(entry.after)];
  if (!before && !after) return t('none');
  return <DiffView before={before} after={after} label={t('changes')} />;
}

function Verification() {
  const t = useT('audit');
  const chain = api.useQuery('get', '/api/v1/audit/verification', {}, { gcTime: 0, staleTime: 0 });
  return (
    <QueryState query={chain}>
      {(one) => (
        <Space orientation="vertical">
          {one.holds ? (
            <Alert type="success" showIcon title={t('holds', { count: one.entries })} />
          ) : (
            <Alert type="error" showIcon title={t('broken', { seq: one.broken_at ?? 0, why: t(`why.${(one.why ?? 'altered') as Why}`) })} />
          )}
          <div>
            {t('head')}{' '}
            <Typography.Text code copyable style={{ wordBreak: 'break-all' }}>
              {one.head}
            </Typography.Text>
          </div>
          <span className="muted">{t('headHelp')}</span>
        </Space>
      )}
    </QueryState>
  );
}
