import { DatePicker, Form, Input, Select } from 'antd';
import type { Dayjs } from 'dayjs';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';

export interface RoleValues {
  role: string;
  over?: string;
  from: Dayjs;
  to?: Dayjs | null;
  reason: string;
}

/** A role as the server takes it. */
export const grantOf = ({ role, over, from, to, reason }: RoleValues): Schema<'GrantSent'> => ({
  role,
  over: over?.trim() ?? '',
  from: from.format('YYYY-MM-DD'),
  to: to ? to.format('YYYY-MM-DD') : null,
  reason,
});

/** Which role, over what, from when to when. */
export function RoleFields({ roles }: { roles: Schema<'RoleView'>[] }) {
  const t = useT('people');
  const chosen = Form.useWatch<string | undefined>('role');
  const kind = (roles.find((role) => role.id === chosen)?.over_kind ?? 'territory') as 'territory' | 'partner' | 'outlet' | 'clerk';
  return (
    <>
      <Form.Item name="role" label={t('role')} rules={[{ required: true, message: t('required') }]}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={roles.map((role) => ({ value: role.id, label: role.title }))} />
      </Form.Item>
      <Form.Item
        name="over"
        label={t('over')}
        extra={t(`overHelp.${kind}`)}
        rules={[{ required: kind !== 'territory', message: t('required') }]}
      >
        <Input />
      </Form.Item>
      <Form.Item name="from" label={t('from')} rules={[{ required: true, message: t('required') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="to" label={t('to')} extra={t('toHelp')}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <ReasonField />
    </>
  );
}

export function ReasonField() {
  const t = useT('people');
  return (
    <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
      <Input.TextArea rows={2} maxLength={500} />
    </Form.Item>
  );
}
