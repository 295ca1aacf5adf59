import { App, Button, List, Space } from 'antd';
import { api, http } from '@/api/client';
import { signOut } from '@/api/me';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';

/** Where one is signed in, and ending all of it. */
export function Sessions() {
  const t = useT('account');
  const { modal } = App.useApp();
  const sessions = api.useQuery('get', '/api/v1/me/sessions');
  const leave = () =>
    modal.confirm({
      title: t('sessions.end'),
      content: t('sessions.endSure'),
      okText: t('sessions.end'),
      okButtonProps: { danger: true },
      onOk: async () => {
        await http.DELETE('/api/v1/me/sessions');
        await signOut();
        location.assign('/');
      },
    });
  return (
    <Block
      title={t('sessions.title')}
      extra={
        <Button danger onClick={leave}>
          {t('sessions.end')}
        </Button>
      }
    >
      <QueryState query={sessions}>
        {(rows) => (
          <List
            dataSource={rows}
            rowKey={(row) => `${row.begun_at} ${row.seen_at}`}
            renderItem={(row) => (
              <List.Item>
                <Space>
                  {t('sessions.begun', { at: dateTime(row.begun_at) })}
                  <span className="muted">{t('sessions.seen', { at: dateTime(row.seen_at) })}</span>
                  {row.here && <StatusTag tone="good">{t('sessions.here')}</StatusTag>}
                </Space>
              </List.Item>
            )}
          />
        )}
      </QueryState>
    </Block>
  );
}
