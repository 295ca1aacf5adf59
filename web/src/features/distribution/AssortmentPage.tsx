import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { answer, api, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { refresh, ROLE_TONES, ROLES, type Assorted } from './data';

/** Which models outlets of a type carry, with what was sold of each. */
export default function AssortmentPage() {
  const t = useT('distribution');
  const label = useLabel('distribution');
  const common = useT('common');
  const may = usePermission('distribution.manage');
  const [setting, setSetting] = useState<Assorted>();
  const query = api.useQuery('get', '/api/v1/distribution/assortment', {});
  const types = [...new Set((query.data ?? []).map((row) => row.outlet_type))];
  const columns: Column<Assorted>[] = [
    { key: 'type', title: t('type'), dataIndex: 'outlet_type', fixed: 'left' },
    { key: 'product', title: t('model'), render: (_, row) => `${row.product_name} ${row.product}` },
    { key: 'category', title: t('category'), dataIndex: 'category' },
    {
      key: 'role',
      title: t('role'),
      render: (_, row) => (
        <>
          <StatusTag tone={ROLE_TONES[row.role]}>{label('roles', row.role)}</StatusTag>
          {!row.own && <span className="muted"> {t('byDefinition')}</span>}
        </>
      ),
    },
    { key: 'from', title: t('from'), render: (_, row) => row.from ?? '—' },
    {
      key: 'next',
      title: t('next'),
      render: (_, row) => (row.next_role ? `${row.next_from} ${label('roles', row.next_role)}` : '—'),
    },
    { key: 'sold', title: t('soldLately'), num: true, dataIndex: 'sold' },
    { key: 'reason', title: t('reason'), render: (_, row) => row.reason || '—' },
    {
      key: 'acts',
      title: t('acts'),
      render: (_, row) =>
        may ? (
          <Button type="link" size="small" onClick={() => setSetting(row)}>
            {t('setRole')}
          </Button>
        ) : (
          '—'
        ),
    },
  ];
  return (
    <>
      <PageHead
        title={t('assortmentTitle')}
        note={t('assortmentNote')}
        actions={<Button onClick={() => print()}>{common('print')}</Button>}
      />
      <ResourceTable<Assorted>
        id="assortment"
        label={t('assortmentTitle')}
        columns={columns}
        rowKey={(row) => `${row.outlet_type} ${row.product}`}
        load={async (asked, signal) => {
          const rows = await answer(http.GET('/api/v1/distribution/assortment', { signal }));
          const items = rows.filter((row) => (!asked.type || row.outlet_type === asked.type) && (!asked.role || row.role === asked.role));
          return { items, next: null, total: items.length };
        }}
        filters={[
          { kind: 'select', name: 'type', label: t('type'), options: types.map((value) => ({ value, label: value })) },
          { kind: 'select', name: 'role', label: t('role'), options: ROLES.map((value) => ({ value, label: t(`roles.${value}`) })) },
        ]}
      />
      {setting && <SetRole row={setting} onClose={() => setSetting(undefined)} />}
    </>
  );
}

function SetRole({ row, onClose }: { row: Assorted; onClose: () => void }) {
  const t = useT('distribution');
  const submit = async (values: { role: string; from: string; reason: string }) => {
    const body = { outlet_type: row.outlet_type, product: row.product, was: row.role, ...values };
    await answer(http.PUT('/api/v1/distribution/assortment', { body }));
    await refresh();
  };
  const required = [{ required: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open
      title={`${row.outlet_type} · ${row.product_name}`}
      consequence={t('setRoleConsequence')}
      verb={t('setRole')}
      done={t('done')}
      initial={{ role: row.role }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="role" label={t('role')} rules={required}>
        <Select options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))} />
      </Form.Item>
      <Form.Item name="from" label={t('from')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={required}>
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
