import { Button, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

type Row = Schema<'BankAccount'>;
type Entered = Schema<'BankAccountSent'>;

const TONES: Record<string, Tone> = { submitted: 'warn', approved: 'good', refused: 'plain' };
const STATES = ['submitted', 'approved', 'refused'] as const;
const FIELDS = ['partner', 'holder', 'bank', 'number', 'licence', 'reason'] as const;

const reload = () => queries.invalidateQueries({ queryKey: ['table', 'bank-accounts'] });

/** Where partners are paid, and changes that wait for a second person. */
export function Accounts() {
  const t = useT('payments');
  const label = useLabel('payments');
  const [, change] = useUrl();
  const [entering, setEntering] = useState(false);
  const [deciding, setDeciding] = useState<{ row: Row; approve: boolean }>();
  const mayMake = usePermission('payment.make');
  const mayApprove = usePermission('payment.approve');
  const columns: Column<Row>[] = [
    {
      key: 'partner',
      title: t('partner'),
      render: (_, row) => (
        <Button type="link" style={{ padding: 0, height: 'auto' }} onClick={() => change({ q: row.partner, after: undefined })}>
          {row.name} {row.partner}
        </Button>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <Space size={4}>
          <StatusTag tone={TONES[row.state]}>{label('accountStates', row.state)}</StatusTag>
          {row.in_use && <StatusTag tone="info">{t('inUse')}</StatusTag>}
        </Space>
      ),
    },
    { key: 'holder', title: t('holder'), dataIndex: 'holder' },
    { key: 'bank', title: t('bank'), dataIndex: 'bank' },
    { key: 'number', title: t('number'), dataIndex: 'number' },
    { key: 'licence', title: t('licence'), dataIndex: 'licence' },
    { key: 'usable', title: t('usableOn'), render: (_, row) => row.usable_on ?? '—' },
    { key: 'made', title: t('maker'), render: (_, row) => `${row.made_by} ${dateTime(row.made_at)}` },
    { key: 'decided', title: t('checker'), render: (_, row) => row.decided_by ?? '—' },
    {
      key: 'action',
      title: t('approve'),
      render: (_, row) =>
        row.state === 'submitted' &&
        mayApprove && (
          <Space size={4}>
            <Button
              size="small"
              type="primary"
              disabled={row.is_maker}
              title={row.is_maker ? t('ownAccount') : undefined}
              onClick={() => setDeciding({ row, approve: true })}
            >
              {t('approve')}
            </Button>
            <Button
              size="small"
              disabled={row.is_maker}
              title={row.is_maker ? t('ownAccount') : undefined}
              onClick={() => setDeciding({ row, approve: false })}
            >
              {t('refuse')}
            </Button>
          </Space>
        ),
    },
  ];
  const enter = async (body: Entered) => {
    await http.POST('/api/v1/bank-accounts', { body });
    await reload();
  };
  const decide = async ({ note = '' }: { note?: string }) => {
    const { row, approve } = deciding!;
    const versioned = { params: { path: { id: row.id } }, headers: ifMatch(row.version) };
    if (approve) await http.POST('/api/v1/bank-accounts/{id}/approve', versioned as never);
    else await http.POST('/api/v1/bank-accounts/{id}/refuse', { ...versioned, body: { note } } as never);
    await reload();
  };
  const names = {
    partner: t('partnerCode'),
    holder: t('holder'),
    bank: t('bank'),
    number: t('number'),
    licence: t('licence'),
    reason: t('reason'),
  };
  const verb = deciding?.approve === false ? t('refuse') : t('approve');
  return (
    <>
      <ResourceTable<Row>
        id="bank-accounts"
        label={t('tabs.accounts')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/bank-accounts', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('query') },
          {
            kind: 'select',
            name: 'state',
            label: t('state'),
            options: STATES.map((value) => ({ value, label: label('accountStates', value) })),
          },
        ]}
        tools={() => mayMake && <Button onClick={() => setEntering(true)}>{t('enter')}</Button>}
        whenEmpty={<EmptyBox title={t('noAccounts')} />}
      />
      <ActionDrawer<Entered>
        open={entering}
        title={t('enter')}
        consequence={t('enterConsequence')}
        verb={t('enter')}
        done={t('entered')}
        onSubmit={enter}
        onClose={() => setEntering(false)}
      >
        {FIELDS.map((name) => (
          <Form.Item
            key={name}
            name={name}
            label={names[name]}
            rules={[
              { required: true, whitespace: true, message: t('fieldMissing') },
              ...(name === 'number' ? [{ pattern: /^[\d ]{8,40}$/, message: t('numberWrong') }] : []),
            ]}
          >
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
        ))}
      </ActionDrawer>
      <ActionDrawer<{ note?: string }>
        open={deciding !== undefined}
        title={verb}
        consequence={
          deciding && `${deciding.row.name} ${deciding.row.partner} · ${deciding.row.holder} ${deciding.row.bank} ${deciding.row.number}`
        }
        verb={verb}
        done={t('decided')}
        onSubmit={decide}
        onClose={() => setDeciding(undefined)}
      >
        {deciding?.approve === false && (
          <Form.Item name="note" label={t('reason')} rules={[{ required: true, whitespace: true, message: t('reasonMissing') }]}>
            <Input.TextArea rows={3} maxLength={500} showCount />
          </Form.Item>
        )}
      </ActionDrawer>
    </>
  );
}
