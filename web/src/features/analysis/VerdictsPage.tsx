import { Link, useNavigate } from '@tanstack/react-router';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { STAGES, STAGE_TONES, VERDICT_TONES, VERDICTS } from './verdict';

type Row = Schema<'OutletVerdict'>;

const PATH = '/analysis/verdicts/$id';

/** What was decided on outlets by their grades, and what came of it. */
export default function VerdictsPage() {
  const t = useT('verdicts');
  const common = useT('common');
  const label = useLabel('verdicts');
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
      key: 'outlet',
      title: t('outlet'),
      render: (_, row) => (
        <Link to="/outlets/$code" params={{ code: row.outlet.code } as never} title={row.outlet.code}>
          {row.outlet.name}
        </Link>
      ),
    },
    { key: 'owner', title: t('owner'), render: (_, row) => row.outlet.owner_name || '—' },
    { key: 'area', title: t('area'), render: (_, row) => row.outlet.territory_name },
    {
      key: 'verdict',
      title: t('verdict'),
      render: (_, row) => <StatusTag tone={VERDICT_TONES[row.verdict]}>{label('verdicts', row.verdict)}</StatusTag>,
    },
    {
      key: 'stage',
      title: t('stage'),
      render: (_, row) => <StatusTag tone={STAGE_TONES[row.stage]}>{label('stages', row.stage)}</StatusTag>,
    },
    { key: 'proposed', title: t('proposed'), render: (_, row) => label('proposals', row.proposal) },
    { key: 'decided', title: t('decidedOn'), render: (_, row) => row.decided_on },
    {
      key: 'until',
      title: t('until'),
      render: (_, row) => (
        <>
          {row.until ?? '—'} {row.waits && <StatusTag tone="warn">{t('overdue')}</StatusTag>}
        </>
      ),
    },
    { key: 'worker', title: t('worker'), render: (_, row) => row.owner },
  ];
  return (
    <>
      <PageHead title={t('title')} />
      <ResourceTable<Row>
        id="outlet-verdicts"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/outlet-verdicts', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'stage',
          items: [{ value: '', label: common('all') }, ...STAGES.map((value) => ({ value, label: t(`stages.${value}`) }))],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('search') },
          {
            kind: 'select',
            name: 'verdict',
            label: t('verdict'),
            options: VERDICTS.map((value) => ({ value, label: t(`verdicts.${value}`) })),
          },
        ]}
        onOpen={(row) => void navigate({ to: PATH, params: { id: row.id } as never })}
        whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
      />
    </>
  );
}
