import { App, Button, Drawer, Form, Input, Typography } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer, Refused } from '@/shared/ui/Drawers';

/** The second factor: switched on by scanning and a first code, off by another one. */
export function Totp({ on, left, changed }: { on: boolean | undefined; left: number; changed: () => void }) {
  const t = useT('account');
  const [enrolling, setEnrolling] = useState(false);
  const [leaving, setLeaving] = useState(false);
  return (
    <Block
      title={t('totp.title')}
      extra={
        on === undefined ? null : on ? (
          <Button onClick={() => setLeaving(true)}>{t('totp.disable')}</Button>
        ) : (
          <Button type="primary" onClick={() => setEnrolling(true)}>
            {t('totp.enable')}
          </Button>
        )
      }
    >
      <p style={{ margin: 0 }}>{on ? t('totp.on', { count: left }) : t('totp.off')}</p>
      {enrolling && (
        <Enrol
          onClose={() => {
            setEnrolling(false);
            changed();
          }}
        />
      )}
      <ActionDrawer<{ code: string }>
        open={leaving}
        title={t('totp.disable')}
        consequence={t('totp.disableHelp')}
        verb={t('totp.disable')}
        danger
        done={t('totp.disabled')}
        onClose={() => setLeaving(false)}
        onSubmit={async ({ code }) => {
          await http.POST('/api/v1/me/totp/off', { body: { code } });
          changed();
        }}
      >
        <Form.Item name="code" label={t('totp.code')} rules={[{ required: true, message: t('totp.codeMissing') }]}>
          <Input autoComplete="one-time-code" />
        </Form.Item>
      </ActionDrawer>
    </Block>
  );
}

function Enrol({ onClose }: { onClose: () => void }) {
  const t = useT('account');
  const { message } = App.useApp();
  const common = useT('common');
  const [secret, setSecret] = useState<Schema<'TotpSecret'>>();
  const [codes, setCodes] = useState<string[]>();
  const [refused, setRefused] = useState<unknown>();
  const attempt = async (work: () => Promise<void>) => {
    setRefused(undefined);
    try {
      await work();
    } catch (error) {
      setRefused(error);
    }
  };
  const copy = async () => {
    await navigator.clipboard.writeText((codes ?? []).join('\n'));
    void message.success(common('copied'));
  };
  return (
    <Drawer
      open
      onClose={onClose}
      title={t('totp.title')}
      size={420}
      mask={{ closable: false }}
      afterOpenChange={(open) => open && !secret && void attempt(async () => setSecret(await answer(http.POST('/api/v1/me/totp'))))}
    >
      {refused !== undefined && <Refused error={refused} />}
      {codes ? (
        <>
          <h2 style={{ fontSize: 16 }}>{t('totp.codes')}</h2>
          <p>{t('totp.codesHelp')}</p>
          <pre style={{ fontSize: 16, columns: 2 }}>{codes.join('\n')}</pre>
          <Button onClick={() => void copy()}>{common('copy')}</Button>{' '}
          <Button type="primary" onClick={onClose}>
            {t('totp.kept')}
          </Button>
        </>
      ) : (
        secret && (
          <>
            <p>{t('totp.scan')}</p>
            <img
              src={`data:image/svg+xml;utf8,${encodeURIComponent(secret.qr_svg)}`}
              alt={t('totp.picture')}
              width={220}
              height={220}
              style={{ display: 'block', margin: '0 auto 12px' }}
            />
            <p>
              {t('totp.secret')} <Typography.Text copyable>{secret.secret}</Typography.Text>
            </p>
            <Form<{ code: string }>
              layout="vertical"
              requiredMark={false}
              onFinish={({ code }) =>
                void attempt(async () => setCodes((await answer(http.POST('/api/v1/me/totp/confirm', { body: { code } }))).codes))
              }
            >
              <Form.Item name="code" label={t('totp.code')} rules={[{ required: true, message: t('totp.codeMissing') }]}>
                <Input inputMode="numeric" autoComplete="one-time-code" autoFocus />
              </Form.Item>
              <Button type="primary" htmlType="submit">
                {t('totp.confirm')}
              </Button>
            </Form>
          </>
        )
      )}
    </Drawer>
  );
}
