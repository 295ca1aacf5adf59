import { App, Button, Checkbox, Form, Input, InputNumber, Modal, Table, Typography } from 'antd';
import { useState } from 'react';
import { answer, api, http } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermissionName } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer, some } from '@/shared/ui/Drawers';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';

interface Fields {
  name: string;
  permissions: string[];
  days: number;
}

const TONES = { works: 'good', expired: 'plain', revoked: 'plain' } as const;

/** Tokens for programs. A secret is shown once. */
export function Tokens() {
  const t = useT('account');
  const words = usePermissionName();
  const me = useMe();
  const { modal } = App.useApp();
  const tokens = api.useQuery('get', '/api/v1/me/tokens');
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const revoke = (id: string) =>
    modal.confirm({
      title: t('tokens.revoke'),
      content: t('tokens.revokeSure'),
      okText: t('tokens.revoke'),
      okButtonProps: { danger: true },
      onOk: async () => {
        await http.DELETE('/api/v1/me/tokens/{id}', { params: { path: { id } } });
        await tokens.refetch();
      },
    });
  return (
    <Block title={t('tokens.title')} extra={<Button onClick={() => setMaking(true)}>{t('tokens.create')}</Button>}>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('tokens.help')}
      </p>
      <QueryState query={tokens} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('tokens.none')} />}>
        {(rows) => (
          <Table
            aria-label={t('tokens.title')}
            rowKey="id"
            pagination={false}
            dataSource={rows}
            scroll={{ x: 'max-content' }}
            columns={[
              { title: t('tokens.name'), dataIndex: 'name' },
              { title: t('tokens.permissions'), dataIndex: 'permissions', render: (names: string[]) => names.map(words).join('、') },
              { title: t('tokens.expires'), dataIndex: 'expires_at', render: dateTime },
              {
                title: t('tokens.lastUsed'),
                dataIndex: 'last_used_at',
                render: (at: string | null) => (at ? dateTime(at) : t('tokens.never')),
              },
              {
                title: t('tokens.state'),
                dataIndex: 'state',
                render: (state: keyof typeof TONES) => <StatusTag tone={TONES[state]}>{t(`tokens.${state}`)}</StatusTag>,
              },
              {
                title: t('tokens.revoke'),
                key: 'revoke',
                render: (_, row) =>
                  row.state === 'works' && (
                    <Button type="link" danger size="small" onClick={() => revoke(row.id)}>
                      {t('tokens.revoke')}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </QueryState>
      <ActionDrawer<Fields>
        open={making}
        title={t('tokens.create')}
        consequence={t('tokens.help')}
        verb={t('tokens.create')}
        initial={{ days: 90 }}
        onClose={() => setMaking(false)}
        onSubmit={async (fields) => {
          const made = await answer(http.POST('/api/v1/me/tokens', { body: fields }));
          setSecret(made.secret);
          await tokens.refetch();
        }}
      >
        <Form.Item name="name" label={t('tokens.name')} rules={[{ required: true, whitespace: true, message: t('tokens.nameMissing') }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="permissions" label={t('tokens.permissions')} rules={[some(t('tokens.permissionsMissing'))]}>
          <Checkbox.Group options={me.permissions.map((value) => ({ value, label: words(value) }))} style={{ display: 'grid', gap: 4 }} />
        </Form.Item>
        <Form.Item name="days" label={t('tokens.days')} rules={[{ required: true }]}>
          <InputNumber min={1} max={365} precision={0} />
        </Form.Item>
      </ActionDrawer>
      <Modal
        open={secret !== undefined}
        title={t('tokens.made')}
        onCancel={() => setSecret(undefined)}
        onOk={() => setSecret(undefined)}
        mask={{ closable: false }}
      >
        <p>{t('tokens.madeHelp')}</p>
        <Typography.Text code copyable style={{ wordBreak: 'break-all' }}>
          {secret}
        </Typography.Text>
      </Modal>
    </Block>
  );
}
