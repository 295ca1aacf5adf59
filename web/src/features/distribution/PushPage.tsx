import { answer, http } from '@/api/client';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { FACTORS, LEVELS, type PushChain } from './data';

const TONES: Tone[] = ['bad', 'warn', 'good'];

/** The chain of main push by outlet: at which level it breaks, and what is done there. */
export default function PushPage() {
  const t = useT('distribution');
  const level = (at: number): Column<PushChain> => ({
    key: LEVELS[at]!,
    title: t(`chain.${LEVELS[at]!}`),
    render: (_, row) => {
      const grade = row.levels[at];
      return grade === null || grade === undefined ? (
        '—'
      ) : (
        <StatusTag tone={TONES[grade]}>{t(`grades.${(['no', 'partly', 'yes'] as const)[grade] ?? 'yes'}`)}</StatusTag>
      );
    },
  });
  const columns: Column<PushChain>[] = [
    { key: 'outlet', title: t('outlet'), fixed: 'left', render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    level(0),
    level(1),
    level(2),
    level(3),
    {
      key: 'pushed',
      title: t('pushed'),
      render: (_, row) =>
        row.pushed === null ? '—' : <StatusTag tone={row.pushed ? 'good' : 'warn'}>{t(row.pushed ? 'grades.yes' : 'grades.no')}</StatusTag>,
    },
    { key: 'lever', title: t('lever'), render: (_, row) => row.lever || '—' },
    {
      key: 'weakest',
      title: t('weakest'),
      render: (_, row) => (row.weakest === null ? '—' : t(`factors.${FACTORS[row.weakest] ?? 'brand'}`)),
    },
    { key: 'remedy', title: t('remedy'), render: (_, row) => row.remedy || '—' },
    { key: 'day', title: t('seenOn'), dataIndex: 'day' },
  ];
  return (
    <>
      <PageHead title={t('pushTitle')} note={t('pushNote')} />
      <ResourceTable<PushChain>
        id="push-chains"
        label={t('pushTitle')}
        columns={columns}
        rowKey={(row) => row.outlet}
        load={(query, signal) => answer(http.GET('/api/v1/distribution/push', { params: { query: query as object }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('search') },
          { kind: 'select', name: 'breaks', label: t('breaksAt'), options: LEVELS.map((value) => ({ value, label: t(`chain.${value}`) })) },
        ]}
        whenEmpty={<EmptyBox title={t('noPush')} help={t('noPushHelp')} />}
      />
    </>
  );
}
