import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { answer, api, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { stringifySearch } from '@/shared/url';
import { ALERTS, POP_STATES, POP_TONES, type Pop } from './data';

/** Our material: where each piece is, and those to be seen to. */
export default function PopPage() {
  const t = useT('display');
  const label = useLabel('display');
  const common = useT('common');
  const navigate = useNavigate();
  const may = usePermission('flow.start');
  const counts = api.useQuery('get', '/api/v1/display/pop/counts', {}).data;
  const columns: Column<Pop>[] = [
    {
      key: 'id',
      title: t('number'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/display/pop/$id" params={{ id: row.id } as never}>
          {row.id}
        </Link>
      ),
    },
    { key: 'kind', title: t('material'), dataIndex: 'kind_name' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'place', title: t('place'), dataIndex: 'place_name' },
    { key: 'campaign', title: t('campaign'), dataIndex: 'campaign' },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={POP_TONES[row.state]}>{label('pops', row.state)}</StatusTag> },
    {
      key: 'alerts',
      title: t('alertsTitle'),
      render: (_, row) => {
        const told = [
          row.condition !== 'good' && label('conditions', row.condition),
          row.unchecked && t('alerts.unchecked'),
          row.no_agreement && t('alerts.no_agreement'),
        ].filter((one): one is string => Boolean(one));
        return told.length === 0
          ? '—'
          : told.map((one) => (
              <StatusTag key={one} tone="warn">
                {one}
              </StatusTag>
            ));
      },
    },
    { key: 'cost', title: t('cost'), money: true, render: (_, row) => <Money fen={row.cost} /> },
    { key: 'placed', title: t('placedOn'), render: (_, row) => row.placed_on ?? '—' },
    { key: 'check', title: t('checkBy'), render: (_, row) => row.check_by ?? '—' },
    { key: 'agreement', title: t('agreement'), render: (_, row) => row.agreement || '—' },
  ];
  return (
    <>
      <PageHead
        title={t('popTitle')}
        note={counts && t('popSum', { placed: counts.states['placed'] ?? 0, cost: yuan(counts.placed_cost) })}
        actions={
          may && (
            <Button
              type="primary"
              onClick={() => void navigate({ to: '/applications/new/$flow', params: { flow: 'pop_placement' } as never })}
            >
              {t('apply')}
            </Button>
          )
        }
      />
      <ResourceTable<Pop>
        id="pop"
        label={t('popTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/display/pop', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all') },
            ...POP_STATES.map((value) => ({ value, label: t(`pops.${value}`), count: counts?.states[value] })),
          ],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('numberOrCampaign') },
          {
            kind: 'select',
            name: 'alert',
            label: t('alertsTitle'),
            options: ALERTS.map((value) => ({ value, label: `${t(`alerts.${value}`)} ${counts?.alerts[value] ?? ''}` })),
          },
          {
            kind: 'select',
            name: 'kind',
            label: t('material'),
            search: true,
            options: (counts?.kinds ?? []).map((kind) => ({ value: kind.id, label: kind.name })),
          },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
        ]}
        ownFile
        tools={(query) => <Button href={`/api/v1/display/pop/file${stringifySearch(query)}`}>{common('export')}</Button>}
        onOpen={(row) => void navigate({ to: '/display/pop/$id', params: { id: row.id } as never })}
        whenEmpty={<EmptyBox title={t('noPop')} help={t('noPopHelp')} />}
      />
    </>
  );
}
