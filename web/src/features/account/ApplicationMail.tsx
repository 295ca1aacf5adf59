import { App, Button, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { api, http } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { Block } from '@/shared/ui/Block';
import { QueryState } from '@/shared/ui/QueryState';

/** Where one's notices of applications go by mail, if anywhere. */
export function ApplicationMail() {
  const t = useT('account');
  const wish = api.useQuery('get', '/api/v1/me/application-mail');
  return (
    <Block title={t('notices')}>
      <QueryState query={wish} rows={2}>
        {(data) => <Wish key={data.address} address={data.address} onDone={async () => void (await wish.refetch())} />}
      </QueryState>
    </Block>
  );
}

function Wish({ address, onDone }: { address: string; onDone: () => Promise<void> }) {
  const t = useT('account');
  const { message } = App.useApp();
  const [wrong, setWrong] = useState<string>();
  const done = async (words: string) => {
    void message.success(words);
    await onDone();
  };
  const keep = async (values: { address: string }) => {
    setWrong(undefined);
    try {
      await http.PUT('/api/v1/me/application-mail', { body: { address: values.address.trim() } });
      await done(t('noticesOn'));
    } catch (error) {
      setWrong(error instanceof ApiError ? error.message : String(error));
    }
  };
  const end = async () => {
    await http.DELETE('/api/v1/me/application-mail');
    await done(t('noticesOff'));
  };
  return (
    <Form<{ address: string }> layout="vertical" initialValues={{ address }} onFinish={(values) => void keep(values)}>
      <p className="muted">{t('noticesHelp')}</p>
      <Form.Item
        name="address"
        label={t('noticesTo')}
        validateStatus={wrong ? 'error' : undefined}
        help={wrong}
        rules={[{ required: true, whitespace: true, message: t('noticesMissing') }]}
      >
        <Input type="email" maxLength={254} autoComplete="email" />
      </Form.Item>
      <Space>
        <Button type="primary" htmlType="submit">
          {address ? t('noticesChange') : t('noticesStart')}
        </Button>
        {address && <Button onClick={() => void end()}>{t('noticesEnd')}</Button>}
      </Space>
    </Form>
  );
}
