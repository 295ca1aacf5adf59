import { App, Button, Checkbox, DatePicker, Form, Input, List, Select, Space } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { dayPlus } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer, some } from '@/shared/ui/Drawers';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Entry } from './Entry';

interface Fields {
  taker: string;
  grants: string[];
  days: [Dayjs, Dayjs];
  reason: string;
}

type State = 'coming' | 'holds' | 'over' | 'revoked';
const TONES = { coming: 'info', holds: 'good', over: 'plain', revoked: 'plain' } as const;

/** What one lets others do, and what others let one do. */
export function Delegations({ roles }: { roles: Schema<'GrantView'>[] }) {
  const t = useT('account');
  const me = useMe();
  const { modal } = App.useApp();
  const all = api.useQuery('get', '/api/v1/me/delegations');
  const [making, setMaking] = useState(false);
  const colleagues = api.useQuery('get', '/api/v1/me/stand-ins', {}, { enabled: making });
  const revoke = (id: string) =>
    modal.confirm({
      title: t('delegations.revoke'),
      content: t('delegations.revokeSure'),
      okText: t('delegations.revoke'),
      okButtonProps: { danger: true },
      onOk: async () => {
        await http.DELETE('/api/v1/me/delegations/{id}', { params: { path: { id } } });
        await queries.invalidateQueries();
      },
    });
  const act = async (delegation: string) => {
    await http.POST('/api/v1/me/acting', { body: { delegation } });
    await queries.invalidateQueries();
  };
  return (
    <Block title={t('delegations.title')} extra={<Button onClick={() => setMaking(true)}>{t('delegations.create')}</Button>}>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('delegations.help')}
      </p>
      <QueryState query={all} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('delegations.none')} />}>
        {(rows) => (
          <List
            dataSource={rows}
            rowKey="id"
            renderItem={(row) => {
              const mine = row.giver === me.login;
              const open = row.state === 'holds' || row.state === 'coming';
              return (
                <List.Item
                  actions={[
                    !mine && row.state === 'holds' && !me.acting && (
                      <Button key="act" size="small" onClick={() => void act(row.id)}>
                        {t('delegations.act')}
                      </Button>
                    ),
                    open && (
                      <Button key="revoke" size="small" danger type="link" onClick={() => revoke(row.id)}>
                        {t('delegations.revoke')}
                      </Button>
                    ),
                  ].filter(Boolean)}
                >
                  <Entry
                    title={
                      <Space>
                        {mine ? t('delegations.given', { name: row.taker_name }) : t('delegations.taken', { name: row.giver_name })}
                        <StatusTag tone={TONES[row.state as State]}>{t(`delegations.${row.state as State}`)}</StatusTag>
                      </Space>
                    }
                    description={`${t('delegations.until', { from: row.from, to: dayPlus(row.to, -1) })} · ${row.roles
                      .map((role) => `${role.title} ${role.over_name}`)
                      .join('；')} · ${row.reason}`}
                  />
                </List.Item>
              );
            }}
          />
        )}
      </QueryState>
      <ActionDrawer<Fields>
        open={making}
        title={t('delegations.create')}
        consequence={t('delegations.help')}
        verb={t('delegations.create')}
        done={t('delegations.done')}
        onClose={() => setMaking(false)}
        onSubmit={async ({ taker, grants, days, reason }) => {
          const [from, last] = days.map((day) => day.format('YYYY-MM-DD')) as [string, string];
          await http.POST('/api/v1/me/delegations', { body: { taker, grants, from, to: dayPlus(last, 1), reason } });
          await all.refetch();
        }}
      >
        <Form.Item name="taker" label={t('delegations.taker')} rules={[{ required: true, message: t('delegations.takerMissing') }]}>
          <Select
            loading={colleagues.isFetching}
            showSearch={{ optionFilterProp: 'label' }}
            options={(colleagues.data ?? []).map((one) => ({ value: one.login, label: `${one.name} ${one.login}` }))}
          />
        </Form.Item>
        <Form.Item name="grants" label={t('delegations.roles')} rules={[some(t('delegations.rolesMissing'))]}>
          <Checkbox.Group
            style={{ display: 'grid', gap: 4 }}
            options={roles.filter((role) => role.holds).map((role) => ({ value: role.id, label: `${role.title} · ${role.over_name}` }))}
          />
        </Form.Item>
        <Form.Item name="days" label={t('delegations.days')} rules={[{ required: true, message: t('delegations.daysMissing') }]}>
          <DatePicker.RangePicker minDate={dayjs(me.today)} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('delegations.reason')}
          rules={[{ required: true, min: 2, whitespace: true, message: t('delegations.reasonMissing') }]}
        >
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      </ActionDrawer>
    </Block>
  );
}
