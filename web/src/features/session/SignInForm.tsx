import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { http } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { Refused } from '@/shared/ui/Drawers';

interface Fields {
  login: string;
  password: string;
  totp?: string;
}

/** Login and password, and the code of a second factor once the server asks for it. */
export function SignInForm({ login, onDone }: { login?: string; onDone: (login: string) => void }) {
  const t = useT('session');
  const [refused, setRefused] = useState<unknown>();
  const [second, setSecond] = useState(false);
  const [busy, setBusy] = useState(false);
  const submit = async (fields: Fields) => {
    setBusy(true);
    setRefused(undefined);
    try {
      await http.POST('/api/v1/session', {
        body: { login: fields.login.trim(), password: fields.password, totp: fields.totp?.trim() || null },
      });
      onDone(fields.login.trim());
    } catch (error) {
      if (error instanceof ApiError && error.code.includes('totp')) setSecond(true);
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form<Fields> layout="vertical" initialValues={{ login }} onFinish={(fields) => void submit(fields)} requiredMark={false}>
      {refused !== undefined && <Refused error={refused} />}
      <Form.Item name="login" label={t('login')} rules={[{ required: true, message: t('loginMissing') }]}>
        <Input autoComplete="username" autoFocus={!login} size="large" />
      </Form.Item>
      <Form.Item name="password" label={t('password')} rules={[{ required: true, message: t('passwordMissing') }]}>
        <Input.Password autoComplete="current-password" autoFocus={Boolean(login)} size="large" />
      </Form.Item>
      {second && (
        <Form.Item name="totp" label={t('totp')} extra={t('totpHelp')}>
          <Input autoComplete="one-time-code" inputMode="numeric" autoFocus size="large" />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>
        {t('signIn')}
      </Button>
    </Form>
  );
}
