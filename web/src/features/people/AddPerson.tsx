import { Form, Input } from 'antd';
import dayjs from 'dayjs';
import { http, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { grantOf, RoleFields, type RoleValues } from './RoleFields';

interface Fields extends RoleValues {
  login: string;
  name: string;
  phone?: string;
  duty_hours?: string;
  first_password: string;
}

/** A person with a first role and a first password. */
export function AddPerson({
  open,
  roles,
  onClose,
  onDone,
}: {
  open: boolean;
  roles: Schema<'RoleView'>[];
  onClose: () => void;
  onDone: () => void;
}) {
  const t = useT('people');
  const me = useMe();
  return (
    <ActionDrawer<Fields>
      open={open}
      title={t('add')}
      verb={t('add')}
      done={t('added')}
      initial={{ from: dayjs(me.today) }}
      onClose={onClose}
      onSubmit={async (fields) => {
        const { login, name, phone = '', duty_hours = '', first_password } = fields;
        await http.POST('/api/v1/people', {
          body: { login: login.trim(), name: name.trim(), phone: phone.trim(), duty_hours, first_password, grant: grantOf(fields) },
        });
        onDone();
      }}
    >
      <Form.Item name="login" label={t('login')} extra={t('loginHelp')} rules={[{ required: true, message: t('required') }]}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
        <Input autoComplete="off" maxLength={60} />
      </Form.Item>
      <Form.Item name="phone" label={t('phone')}>
        <Input autoComplete="off" inputMode="tel" />
      </Form.Item>
      <Form.Item name="duty_hours" label={t('dutyHours')}>
        <Input autoComplete="off" maxLength={60} />
      </Form.Item>
      <Form.Item
        name="first_password"
        label={t('password')}
        extra={t('passwordHelp')}
        rules={[{ required: true, min: 8, message: t('passwordHelp') }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <RoleFields roles={roles} />
    </ActionDrawer>
  );
}
