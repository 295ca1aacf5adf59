import { App, Button, Popconfirm, Space, Table } from 'antd';
import { answer, api, http, queries, type Schema } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useLabel, useT } from '@/i18n';
import { bytes, count } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';

type Export = Schema<'ExportView'>;

const TONES: Record<string, Tone> = { waiting: 'plain', running: 'info', done: 'good', failed: 'bad', cancelled: 'warn' };
const OPEN = ['waiting', 'running'];
const EVERY = 2000;

/** What one exported in the last week: its state, the file, and making it again of what there is now. */
export default function DownloadsPage() {
  const t = useT('downloads');
  const exports = api.useQuery(
    'get',
    '/api/v1/exports',
    {},
    { refetchInterval: ({ state }) => (state.data?.some((one) => OPEN.includes(one.state)) ? EVERY : false) },
  );
  return (
    <>
      <PageHead title={t('title')} note={t('kept')} actions={<Button onClick={() => void exports.refetch()}>{t('reload')}</Button>} />
      <section className="block" aria-label={t('title')}>
        <QueryState
          query={exports}
          rows={6}
          empty={(rows) => rows.length === 0}
          whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
        >
          {(rows) => <Files rows={rows} />}
        </QueryState>
      </section>
    </>
  );
}

function Files({ rows }: { rows: Export[] }) {
  const t = useT('downloads');
  const label = useLabel('common');
  return (
    <Table<Export>
      aria-label={t('title')}
      rowKey="id"
      dataSource={rows}
      pagination={false}
      scroll={{ x: 'max-content' }}
      columns={[
        { title: t('file'), dataIndex: 'file' },
        { title: t('kind'), render: (_, row) => t(`kinds.${row.kind as 'figures' | 'audit'}`) },
        {
          title: t('state'),
          render: (_, row) => (
            <>
              <StatusTag tone={TONES[row.state]}>{label('job', row.state)}</StatusTag>
              {row.detail && <div className="muted small">{row.detail}</div>}
            </>
          ),
        },
        { title: t('rows'), align: 'right', render: (_, row) => (row.rows === null ? '—' : count(row.rows)) },
        { title: t('size'), align: 'right', render: (_, row) => (row.bytes === null ? '—' : bytes(row.bytes)) },
        { title: t('made'), render: (_, row) => dateTime(row.made_at) },
        { title: t('expires'), render: (_, row) => dateTime(row.expires_at) },
        { title: t('action'), render: (_, row) => <Actions row={row} /> },
      ]}
    />
  );
}

function Actions({ row }: { row: Export }) {
  const t = useT('downloads');
  const common = useT('common');
  const { message } = App.useApp();
  const path = { id: row.id };
  const may = usePermission(row.kind === 'audit' ? 'audit.read' : 'volume.read');
  const attempt = async (call: () => Promise<unknown>, done: string) => {
    try {
      await call();
      void message.success(done);
    } catch (error) {
      void message.error(error instanceof ApiError ? error.message : common('state.failed'));
    }
    await queries.invalidateQueries({ queryKey: ['get', '/api/v1/exports'] });
  };
  const open = OPEN.includes(row.state);
  const ready = row.state === 'done' && row.bytes !== null;
  return (
    <Space>
      {ready && (
        <a href={`/api/v1/exports/${row.id}`} download>
          {t('download')}
        </a>
      )}
      {open && row.job && (
        <Button
          type="link"
          size="small"
          onClick={() => void attempt(() => http.POST('/api/v1/jobs/{id}/cancel', { params: { path: { id: row.job! } } }), t('stopping'))}
        >
          {t('stop')}
        </Button>
      )}
      {!open && (
        <Button
          type="link"
          size="small"
          disabled={!may}
          title={may ? undefined : common('state.forbidden')}
          onClick={() => void attempt(() => answer(http.POST('/api/v1/exports/{id}/repeat', { params: { path } })), t('again'))}
        >
          {t('repeat')}
        </Button>
      )}
      {!open && (
        <Popconfirm
          title={t('removeSure')}
          okText={t('remove')}
          okButtonProps={{ danger: true }}
          onConfirm={() => attempt(() => http.DELETE('/api/v1/exports/{id}', { params: { path } }), t('removed'))}
        >
          <Button type="link" size="small" danger aria-label={t('removeOf', { file: row.file })}>
            {t('remove')}
          </Button>
        </Popconfirm>
      )}
    </Space>
  );
}
