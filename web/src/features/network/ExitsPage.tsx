import { Link, useNavigate } from '@tanstack/react-router';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { EXIT_TONES } from './lives';

type Row = Schema<'ExitRow'>;

const PATH = '/exits/$id';
const STAGES = ['opened', 'notice', 'clearing', 'settled', 'closed'] as const;

/** 退出: partners on their way out. */
export default function ExitsPage() {
  const t = useT('life');
  const common = useT('common');
  const label = useLabel('life');
  const navigate = useNavigate();
  const columns: Column<Row>[] = [
    {
      key: 'id',
      title: t('number'),
      fixed: 'left',
      render: (_, row) => (
        <Link to={PATH} params={{ id: row.id } as never}>
          {row.id}
        </Link>
      ),
    },
    {
      key: 'partner',
      title: t('partner'),
      render: (_, row) => (
        <Link to="/partners/$code" params={{ code: row.partner } as never} title={row.partner}>
          {row.name || row.partner}
        </Link>
      ),
    },
    { key: 'cause', title: t('cause'), render: (_, row) => label('causes', row.cause) },
    { key: 'notice', title: t('noticeOn'), render: (_, row) => row.notice_on },
    { key: 'last', title: t('lastDay'), render: (_, row) => row.last_day },
    { key: 'by', title: t('openedBy'), render: (_, row) => row.opened_by },
    { key: 'at', title: t('openedAt'), render: (_, row) => dateTime(row.opened_at) },
    { key: 'closed', title: t('closedOn'), render: (_, row) => row.closed_on ?? '—' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={EXIT_TONES[row.state]}>{label('exitStates', row.state)}</StatusTag>,
    },
  ];
  return (
    <>
      <PageHead title={t('exits')} />
      <ResourceTable<Row>
        id="exits"
        label={t('exits')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/exits', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...STAGES.map((value) => ({ value, label: t(`exitStates.${value}`) }))],
        }}
        filters={[{ kind: 'text', name: 'q', label: t('search') }]}
        onOpen={(row) => void navigate({ to: PATH, params: { id: row.id } as never })}
        whenEmpty={<EmptyBox title={t('exitsNone')} help={t('exitsNoneHelp')} />}
      />
    </>
  );
}
