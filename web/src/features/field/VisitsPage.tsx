import { Link, useNavigate } from '@tanstack/react-router';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { clock, dayPlus, instant } from '@/shared/format/time';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { visits, type VisitLine } from './data';
import { OutletLink, share, useManagers } from './parts';
import { COUNT_TONES, VISIT_TONES } from './tones';

const COUNTS = ['held', 'yes', 'no', 'open'] as const;

/** 拜访记录: every visit within one's reach. */
export default function VisitsPage() {
  const t = useT('field');
  const common = useT('common');
  const { today } = useMe();
  const navigate = useNavigate();
  const { managers } = useManagers();
  const columns = useVisitColumns();
  return (
    <>
      <PageHead title={t('visits')} />
      <ResourceTable<VisitLine>
        id="visits"
        label={t('visits')}
        columns={columns}
        rowKey={(row) => row.id}
        load={visits}
        defaults={{ from: dayPlus(today, -27) }}
        tabs={{
          param: 'counts',
          items: [{ value: '', label: common('all') }, ...COUNTS.map((value) => ({ value, label: t(`counts.${value}`) }))],
        }}
        filters={[
          { kind: 'select', name: 'manager', label: t('manager'), options: managers, search: true },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
          { kind: 'days', name: 'days', label: t('day'), from: 'from', to: 'to' },
        ]}
        onOpen={(row) => void navigate({ to: '/field/visits/$id', params: { id: row.id } as never })}
        whenEmpty={<EmptyBox title={t('noVisits')} help={t('noVisitsHelp')} />}
      />
    </>
  );
}

/** Columns of a list of visits. */
export function useVisitColumns(): Column<VisitLine>[] {
  const t = useT('field');
  const label = useLabel('field');
  const time = (at: number | null) => (at === null ? '—' : clock(instant(at)));
  return [
    {
      key: 'day',
      title: t('day'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/field/visits/$id" params={{ id: row.id } as never} aria-label={t('visitOf', { outlet: row.outlet_name, day: row.day })}>
          {row.day}
        </Link>
      ),
    },
    { key: 'outlet', title: t('outlet'), render: (_, row) => <OutletLink code={row.outlet} name={row.outlet_name} /> },
    { key: 'manager', title: t('manager'), render: (_, row) => <span title={row.manager}>{row.manager_name}</span> },
    { key: 'entered', title: t('entered'), render: (_, row) => time(row.entered_us) },
    { key: 'left', title: t('left'), render: (_, row) => time(row.left_us) },
    { key: 'minutes', title: t('minutes'), num: true, render: (_, row) => row.minutes ?? '—' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={VISIT_TONES[row.state]}>{label('states', row.state)}</StatusTag>,
    },
    {
      key: 'counts',
      title: t('countsHead'),
      render: (_, row) => <StatusTag tone={COUNT_TONES[row.counts]}>{label('counts', row.counts)}</StatusTag>,
    },
    { key: 'planned', title: t('plannedOn'), render: (_, row) => row.planned_on ?? t('unplannedVisit') },
    { key: 'results', title: t('results'), num: true, dataIndex: 'results' },
    { key: 'completion', title: t('completion'), num: true, render: (_, row) => share(row.completion) },
    {
      key: 'scores',
      title: t('scores'),
      render: (_, row) => row.scores.map((one) => `${one.name} ${share(one.score)}`).join(t('comma')) || '—',
    },
    { key: 'flags', title: t('flags'), render: (_, row) => row.flags.map((flag) => label('flagKinds', flag.kind)).join(t('comma')) || '—' },
  ];
}
