import { Link } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { decide, RETURN_TONES } from '@/shared/supply';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';

type Row = Schema<'SupplyReturn'>;

const STATES = ['asked', 'taken', 'refused'] as const;

/** Returns: what is to come back, why, and what was decided. */
export default function ReturnsPage() {
  const t = useT('supply');
  const label = useLabel('supply');
  const common = useT('common');
  const may = usePermission('supply.handle');
  const [deciding, setDeciding] = useState<{ row: Row; verdict: 'take' | 'refuse' }>();
  const columns: Column<Row>[] = [
    { key: 'id', title: t('return'), fixed: 'left', dataIndex: 'id' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={RETURN_TONES[row.state]}>{label('returnStates', row.state)}</StatusTag>,
    },
    {
      key: 'order',
      title: t('order'),
      render: (_, row) => (
        <Link to="/supply/orders/$id" params={{ id: row.order } as never}>
          {row.order}
        </Link>
      ),
    },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'serials', title: t('serials'), render: (_, row) => row.serials.join('、') },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'reason', title: t('reason'), dataIndex: 'reason' },
    { key: 'asked', title: t('askedAt'), render: (_, row) => dateTime(row.asked_at) },
    { key: 'decision', title: t('decision'), render: (_, row) => [row.decided_by, row.decision].filter(Boolean).join(' · ') || '—' },
    ...(may
      ? [
          {
            key: 'todo',
            title: t('todo'),
            render: (_: unknown, row: Row) =>
              row.state === 'asked' && (
                <>
                  {(['take', 'refuse'] as const).map((verdict) => (
                    <Button
                      key={verdict}
                      size="small"
                      type="link"
                      disabled={row.own}
                      title={row.own ? t('own') : undefined}
                      onClick={() => setDeciding({ row, verdict })}
                    >
                      {t(`verdicts.${verdict}`)}
                    </Button>
                  ))}
                </>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHead title={t('returnsTitle')} />
      <ResourceTable<Row>
        id="supply-returns"
        label={t('returnsTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/supply/returns', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...STATES.map((value) => ({ value, label: t(`returnStates.${value}`) }))],
        }}
        whenEmpty={<EmptyBox title={t('noReturns')} />}
      />
      {deciding && <Decide {...deciding} onClose={() => setDeciding(undefined)} />}
    </>
  );
}

function Decide({ row, verdict, onClose }: { row: Row; verdict: 'take' | 'refuse'; onClose: () => void }) {
  const t = useT('supply');
  const [key] = useState(keeper);
  const submit = async ({ note = '' }: { note?: string }) => {
    await decide(verdict, { id: row.id, version: row.version, key: key([row.id, verdict, note]) }, note);
  };
  return (
    <ActionDrawer<{ note?: string }>
      open
      title={`${t(`verdicts.${verdict}`)} ${row.id}`}
      consequence={t(`verdictConsequence.${verdict}`, { amount: yuan(row.amount), count: row.serials.length })}
      verb={t(`verdicts.${verdict}`)}
      danger={verdict === 'refuse'}
      done={t('doneNow')}
      onSubmit={submit}
      onClose={onClose}
    >
      {verdict === 'refuse' && (
        <Form.Item name="note" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
          <Input.TextArea rows={3} maxLength={100} showCount />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
