import { App, Button, Checkbox, DatePicker, Form, Input, List, Select, Space } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { dayPlus } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Entry } from './Entry';

type What = 'customers' | 'documents' | 'writes';
type State = 'coming' | 'holds' | 'over' | 'revoked';
const TONES = { coming: 'info', holds: 'good', over: 'plain', revoked: 'plain' } as const;

interface Fields {
  taker: string;
  what: What[];
  days: [Dayjs, Dayjs];
  reason: string;
}

/** Customers and documents one shows to colleagues, and those colleagues show to oneself. */
export function Shares() {
  const t = useT('shares');
  const me = useMe();
  const { modal } = App.useApp();
  const all = api.useQuery('get', '/api/v1/me/shares');
  const [making, setMaking] = useState(false);
  const colleagues = api.useQuery('get', '/api/v1/me/stand-ins', {}, { enabled: making });
  const revoke = (id: string) =>
    modal.confirm({
      title: t('revoke'),
      content: t('revokeSure'),
      okText: t('revoke'),
      okButtonProps: { danger: true },
      onOk: async () => {
        await http.DELETE('/api/v1/me/shares/{id}', { params: { path: { id } } });
        await queries.invalidateQueries();
      },
    });
  const words = (row: Schema<'ShareView'>) =>
    [row.customers && t('customers'), row.documents && (row.writes ? t('documentsWritten') : t('documents'))]
      .filter(Boolean)
      .join(t('comma'));
  return (
    <Block title={t('title')} extra={<Button onClick={() => setMaking(true)}>{t('create')}</Button>}>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('help')}
      </p>
      <QueryState query={all} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('none')} />}>
        {(rows) => (
          <List
            dataSource={rows}
            rowKey="id"
            renderItem={(row) => (
              <List.Item
                actions={[
                  (row.state === 'holds' || row.state === 'coming') && (
                    <Button key="revoke" size="small" danger type="link" onClick={() => revoke(row.id)}>
                      {t('revoke')}
                    </Button>
                  ),
                ].filter(Boolean)}
              >
                <Entry
                  title={
                    <Space>
                      {row.giver === me.login ? t('given', { name: row.taker_name }) : t('taken', { name: row.giver_name })}
                      <StatusTag tone={TONES[row.state as State]}>{t(`states.${row.state as State}`)}</StatusTag>
                    </Space>
                  }
                  description={`${words(row)} · ${t('until', { from: row.from, to: dayPlus(row.to, -1) })} · ${row.reason}`}
                />
              </List.Item>
            )}
          />
        )}
      </QueryState>
      <ActionDrawer<Fields>
        open={making}
        title={t('create')}
        consequence={t('help')}
        verb={t('create')}
        done={t('done')}
        initial={{ what: ['customers'] }}
        onClose={() => setMaking(false)}
        onSubmit={async ({ taker, what, days, reason }) => {
          const [from, last] = days.map((day) => day.format('YYYY-MM-DD')) as [string, string];
          const is = (one: What) => what.includes(one);
          const body = {
            taker,
            customers: is('customers'),
            documents: is('documents'),
            writes: is('writes'),
            from,
            to: dayPlus(last, 1),
            reason,
          };
          await http.POST('/api/v1/me/shares', { body });
          await all.refetch();
        }}
      >
        <Form.Item name="taker" label={t('taker')} rules={[{ required: true, message: t('required') }]}>
          <Select
            loading={colleagues.isFetching}
            showSearch={{ optionFilterProp: 'label' }}
            options={(colleagues.data ?? []).map((one) => ({ value: one.login, label: `${one.name} ${one.login}` }))}
          />
        </Form.Item>
        <Form.Item name="what" label={t('what')} rules={[{ type: 'array', min: 1, message: t('required') }]}>
          <Checkbox.Group
            style={{ display: 'grid', gap: 4 }}
            options={[
              { value: 'customers', label: t('customersHelp') },
              { value: 'documents', label: t('documentsHelp') },
              { value: 'writes', label: t('writesHelp') },
            ]}
          />
        </Form.Item>
        <Form.Item name="days" label={t('days')} rules={[{ required: true, message: t('required') }]}>
          <DatePicker.RangePicker minDate={dayjs(me.today)} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      </ActionDrawer>
    </Block>
  );
}
