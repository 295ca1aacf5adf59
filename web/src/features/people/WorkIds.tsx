import { Button, Form, Input, Table } from 'antd';
import { useState } from 'react';
import { api, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { ReasonField } from './RoleFields';

type WorkId = Schema<'WorkIdView'>;
type Why = 'left' | 'moved' | 'shared' | 'other';

/** The work IDs of a person, and binding and suspending them. */
export function WorkIds({ login, can }: { login: string; can: boolean }) {
  const t = useT('people');
  const params = { params: { path: { login } } };
  const all = api.useQuery('get', '/api/v1/people/{login}/work-ids', params);
  const [binding, setBinding] = useState(false);
  const [ending, setEnding] = useState<WorkId>();
  return (
    <>
      <div style={{ display: 'flex', justifyContent: 'space-between', margin: '16px 0 8px' }}>
        <h2 style={{ margin: 0, fontSize: 16 }}>{t('workIds')}</h2>
        {can && <Button onClick={() => setBinding(true)}>{t('bind')}</Button>}
      </div>
      <QueryState query={all} rows={1} empty={(rows) => rows.length === 0} whenEmpty={<p className="muted">{t('noWorkIds')}</p>}>
        {(rows) => (
          <Table<WorkId>
            aria-label={t('workIds')}
            rowKey={(row) => `${row.clerk} ${row.bound_at}`}
            size="small"
            pagination={false}
            dataSource={rows}
            columns={[
              { title: t('workId'), dataIndex: 'clerk' },
              { title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}`.trim() },
              { title: t('workPhone'), dataIndex: 'phone' },
              {
                title: t('state'),
                render: (_, row) =>
                  row.suspended_at ? (
                    <StatusTag>{t(`suspended.${(row.suspended_why ?? 'other') as Why}`)}</StatusTag>
                  ) : (
                    <StatusTag tone="good">{t('active')}</StatusTag>
                  ),
              },
              { title: t('bound'), render: (_, row) => dateTime(row.bound_at) },
              {
                title: t('suspend'),
                render: (_, row) =>
                  can &&
                  !row.suspended_at && (
                    <Button type="link" size="small" danger onClick={() => setEnding(row)}>
                      {t('suspend')}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </QueryState>
      <ActionDrawer<{ clerk: string; phone: string; reason: string }>
        open={binding}
        title={t('bind')}
        consequence={t('bindHelp')}
        verb={t('bind')}
        onClose={() => setBinding(false)}
        onSubmit={async (body) => {
          await http.POST('/api/v1/people/{login}/work-ids', { ...params, body });
          await all.refetch();
        }}
      >
        <Form.Item name="clerk" label={t('workId')} rules={[{ required: true, message: t('required') }]}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="phone" label={t('workPhone')} rules={[{ required: true, message: t('required') }]}>
          <Input autoComplete="off" inputMode="tel" />
        </Form.Item>
        <ReasonField />
      </ActionDrawer>
      <ActionDrawer<{ reason: string }>
        open={ending !== undefined}
        title={t('suspendTitle', { clerk: ending?.clerk ?? '' })}
        consequence={t('suspendHelp')}
        verb={t('suspend')}
        danger
        onClose={() => setEnding(undefined)}
        onSubmit={async (body) => {
          const path = { login, clerk: ending?.clerk ?? '' };
          await http.POST('/api/v1/people/{login}/work-ids/{clerk}/suspend', { params: { path }, body });
          await all.refetch();
        }}
      >
        <ReasonField />
      </ActionDrawer>
    </>
  );
}
