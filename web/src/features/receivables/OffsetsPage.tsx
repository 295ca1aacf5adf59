import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { OFFSET_STATES, OFFSET_TONES, refresh, type Offset } from './data';

/** Offsets: proposed by one person, decided by another. */
export default function OffsetsPage() {
  const t = useT('receivables');
  const label = useLabel('receivables');
  const common = useT('common');
  const may = usePermission('receivable.approve');
  const [deciding, setDeciding] = useState<{ row: Offset; approve: boolean }>();
  const columns: Column<Offset>[] = [
    { key: 'id', title: t('number'), fixed: 'left', dataIndex: 'id' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={OFFSET_TONES[row.state]}>{label('offsetStates', row.state)}</StatusTag>,
    },
    { key: 'partner', title: t('partner'), render: (_, row) => `${row.partner_name} ${row.partner}` },
    { key: 'invoice', title: t('invoice'), dataIndex: 'invoice' },
    { key: 'source', title: t('source'), render: (_, row) => label('sources', row.source) },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'taken', title: t('taken'), money: true, render: (_, row) => <Money fen={row.taken} /> },
    { key: 'ground', title: t('ground'), render: (_, row) => `${label('grounds', row.ground)} ${row.document}` },
    { key: 'reason', title: t('reason'), dataIndex: 'reason' },
    { key: 'maker', title: t('maker'), dataIndex: 'made_by' },
    { key: 'checker', title: t('checker'), render: (_, row) => [row.decided_by, row.decision].filter(Boolean).join(' · ') || '—' },
    { key: 'month', title: t('month'), render: (_, row) => row.month ?? '—' },
    {
      key: 'todo',
      title: t('todo'),
      render: (_, row) => {
        const blocked = row.is_maker ? t('ownOffset') : undefined;
        return (
          may && (
            <>
              {row.state === 'submitted' && (
                <Button
                  size="small"
                  type="link"
                  disabled={row.is_maker}
                  title={blocked}
                  onClick={() => setDeciding({ row, approve: true })}
                >
                  {t('approve')}
                </Button>
              )}
              {(row.state === 'submitted' || row.state === 'approved') && (
                <Button
                  size="small"
                  type="link"
                  danger
                  disabled={row.is_maker}
                  title={blocked}
                  onClick={() => setDeciding({ row, approve: false })}
                >
                  {t('refuse')}
                </Button>
              )}
            </>
          )
        );
      },
    },
  ];
  return (
    <>
      <PageHead title={t('offsets')} note={t('offsetsNote')} />
      <ResourceTable<Offset>
        id="offsets"
        label={t('offsets')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/offsets', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...OFFSET_STATES.map((value) => ({ value, label: t(`offsetStates.${value}`) }))],
        }}
        whenEmpty={<EmptyBox title={t('noOffsets')} help={t('noOffsetsHelp')} />}
      />
      {deciding && <Decide {...deciding} onClose={() => setDeciding(undefined)} />}
    </>
  );
}

function Decide({ row, approve, onClose }: { row: Offset; approve: boolean; onClose: () => void }) {
  const t = useT('receivables');
  const verb = approve ? t('approve') : t('refuse');
  const submit = async ({ note }: { note?: string }) => {
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    const headers = ifMatch(row.version);
    await (approve
      ? answer(http.POST('/api/v1/offsets/{id}/approve', { params, headers }))
      : answer(http.POST('/api/v1/offsets/{id}/refuse', { params, headers, body: { note: note ?? '' } })));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${verb} ${row.id}`}
      consequence={approve ? (row.source === 'commission' ? t('approveCommission') : t('approveDeposit')) : t('refuseConsequence')}
      verb={verb}
      danger={!approve}
      done={t('decided')}
      onSubmit={submit}
      onClose={onClose}
    >
      {!approve && (
        <Form.Item name="note" label={t('reason')} rules={[{ required: true, whitespace: true, min: 2, message: t('fieldMissing') }]}>
          <Input.TextArea rows={3} maxLength={100} />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
