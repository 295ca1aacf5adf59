import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { http } from '@/api/client';
import { useT } from '@/i18n';
import { Refused } from '@/shared/ui/Drawers';

interface Fields {
  old: string;
  fresh: string;
  again: string;
}

/** Changes one's own password; whoever is signed in elsewhere is signed out there. */
export function PasswordForm({ login, onDone }: { login: string; onDone: () => void }) {
  const t = useT('session');
  const [form] = Form.useForm<Fields>();
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async ({ old, fresh }: Fields) => {
    setBusy(true);
    setRefused(undefined);
    try {
      await http.POST('/api/v1/me/password', { body: { old, new: fresh } });
      form.resetFields();
      onDone();
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form<Fields> form={form} layout="vertical" onFinish={(fields) => void submit(fields)} requiredMark={false}>
      {refused !== undefined && <Refused error={refused} />}
      <input type="text" autoComplete="username" value={login} readOnly hidden />
      <Form.Item name="old" label={t('first.old')} rules={[{ required: true, message: t('passwordMissing') }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="fresh"
        label={t('first.fresh')}
        extra={t('first.freshHelp')}
        rules={[{ required: true, min: 8, message: t('first.tooShort') }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('first.again')}
        dependencies={['fresh']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value) => (value === getFieldValue('fresh') ? Promise.resolve() : Promise.reject(new Error(t('first.differs')))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>
        {t('first.change')}
      </Button>
    </Form>
  );
}
