import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { PLAN_STATES, PLAN_TONES, type PlanRow } from './data';
import { PlanForm } from './PlanForm';

/** What areas are to get, and how far it is. */
export default function PlansPage() {
  const t = useT('displayPlans');
  const label = useLabel('displayPlans');
  const common = useT('common');
  const may = usePermission('display.manage');
  const navigate = useNavigate();
  const [writing, setWriting] = useState(false);
  const open = (id: string) => void navigate({ to: `/display/plans/${encodeURIComponent(id)}` as never });
  const columns: Column<PlanRow>[] = [
    { key: 'id', title: t('number'), dataIndex: 'id', fixed: 'left' },
    { key: 'campaign', title: t('campaign'), dataIndex: 'campaign' },
    { key: 'area', title: t('area'), dataIndex: 'territory_name' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={PLAN_TONES[row.state]}>{label('plans', row.state)}</StatusTag>,
    },
    { key: 'planned', title: t('planned'), num: true, dataIndex: 'planned' },
    { key: 'made', title: t('made'), num: true, dataIndex: 'made' },
    { key: 'placed', title: t('placed'), num: true, dataIndex: 'placed' },
    { key: 'variance', title: t('variance'), num: true, render: (_, row) => row.placed - row.planned },
    { key: 'budget', title: t('budget'), money: true, render: (_, row) => <Money fen={row.budget} /> },
    { key: 'cost', title: t('cost'), money: true, render: (_, row) => <Money fen={row.cost} /> },
    { key: 'by', title: t('madeBy'), dataIndex: 'made_by' },
  ];
  return (
    <>
      <PageHead
        title={t('plansTitle')}
        actions={
          may && (
            <Button type="primary" onClick={() => setWriting(true)}>
              {t('write')}
            </Button>
          )
        }
      />
      <ResourceTable<PlanRow>
        id="placement-plans"
        label={t('plansTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/display/plans', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...PLAN_STATES.map((value) => ({ value, label: t(`plans.${value}`) }))],
        }}
        filters={[{ kind: 'text', name: 'owner', label: t('owner') }]}
        onOpen={(row) => open(row.id)}
        whenEmpty={<EmptyBox title={t('noPlans')} help={t('noPlansHelp')} />}
      />
      {writing && <PlanForm onClose={() => setWriting(false)} onMade={open} />}
    </>
  );
}
