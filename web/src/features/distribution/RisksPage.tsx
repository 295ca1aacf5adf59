import { Link } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { CAUSES, percent, refresh, type Risk } from './data';

/** Why outlets may stop carrying us, as tasks. */
export default function RisksPage() {
  const t = useT('distribution');
  const label = useLabel('distribution');
  const common = useT('common');
  const may = usePermission('distribution.manage');
  const [settling, setSettling] = useState<Risk>();
  const figure = (row: Risk) =>
    row.cause === 'display'
      ? t('figures.display', { figure: percent(row.figure), least: percent(row.least) })
      : t(`figures.${row.cause as 'stock' | 'leaving' | 'support'}`, { figure: row.figure, least: row.least });
  const columns: Column<Risk>[] = [
    { key: 'outlet', title: t('outlet'), fixed: 'left', render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'cause', title: t('cause'), render: (_, row) => label('causes', row.cause) },
    { key: 'product', title: t('model'), render: (_, row) => row.product_name || t('wholeOutlet') },
    { key: 'figure', title: t('figure'), render: (_, row) => figure(row) },
    { key: 'owner', title: t('owner'), dataIndex: 'owner' },
    { key: 'opened', title: t('openedOn'), dataIndex: 'opened_on' },
    {
      key: 'due',
      title: t('dueOn'),
      render: (_, row) => (
        <>
          {row.due_on} {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
        </>
      ),
    },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag>{label('riskStates', row.state)}</StatusTag> },
    { key: 'note', title: t('note'), render: (_, row) => row.note || '—' },
    {
      key: 'acts',
      title: t('acts'),
      render: (_, row) =>
        row.state === 'open' ? (
          <>
            {row.cause === 'stock' && (
              <Link to="/distribution/outlets/$code/proposal" params={{ code: row.outlet } as never}>
                {t('proposal')}
              </Link>
            )}
            {may && (
              <Button type="link" size="small" onClick={() => setSettling(row)}>
                {t('settle')}
              </Button>
            )}
          </>
        ) : (
          '—'
        ),
    },
  ];
  return (
    <>
      <PageHead title={t('risksTitle')} note={t('risksNote')} />
      <ResourceTable<Risk>
        id="listing-risks"
        label={t('risksTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/distribution/risks', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all') },
            ...(['open', 'settled', 'gone'] as const).map((value) => ({ value, label: t(`riskStates.${value}`) })),
          ],
        }}
        filters={[
          { kind: 'select', name: 'cause', label: t('cause'), options: CAUSES.map((value) => ({ value, label: t(`causes.${value}`) })) },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
          { kind: 'text', name: 'owner', label: t('owner') },
        ]}
        whenEmpty={<EmptyBox title={t('noRisks')} help={t('noRisksHelp')} />}
      />
      {settling && <Settle row={settling} onClose={() => setSettling(undefined)} />}
    </>
  );
}

function Settle({ row, onClose }: { row: Risk; onClose: () => void }) {
  const t = useT('distribution');
  const submit = async (body: { note: string }) => {
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    await answer(http.POST('/api/v1/distribution/risks/{id}/settle', { params, headers: ifMatch(row.version), body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('settle')} · ${row.outlet_name}`}
      consequence={t('settleConsequence')}
      verb={t('settle')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="note" label={t('whatWasDone')} rules={[{ required: true, whitespace: true, message: t('fieldMissing') }]}>
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
