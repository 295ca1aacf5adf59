import { App, Button, List } from 'antd';
import { api, http } from '@/api/client';
import { useT } from '@/i18n';
import { Block } from '@/shared/ui/Block';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Entry } from './Entry';

/** The views one has sent by mail, what became of the last mail, and ending it. */
export function Mailings() {
  const t = useT('views');
  const { modal } = App.useApp();
  const all = api.useQuery('get', '/api/v1/me/mailings');
  const end = (id: string) =>
    modal.confirm({
      title: t('mailEnd'),
      content: t('mailEndSure'),
      okText: t('mailEnd'),
      okButtonProps: { danger: true },
      onOk: async () => {
        await http.DELETE('/api/v1/me/mailings/{id}', { params: { path: { id } } });
        await all.refetch();
      },
    });
  return (
    <Block title={t('mails')}>
      <QueryState query={all} rows={2} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('mailsNone')} />}>
        {(rows) => (
          <List
            dataSource={rows}
            rowKey="id"
            renderItem={(row) => (
              <List.Item
                actions={[
                  <Button key="end" type="link" danger size="small" onClick={() => end(row.id)}>
                    {t('mailEnd')}
                  </Button>,
                ]}
              >
                <Entry
                  title={`${row.view_name} · ${t(`rhythms.${row.rhythm as 'daily'}`)} · ${row.address}`}
                  description={
                    <>
                      {row.last_period &&
                        t('mailLast', { period: row.last_period, state: t(`mailStates.${(row.last_state ?? 'sending') as 'sent'}`) })}
                      {row.last_why && ` · ${row.last_why}`}
                    </>
                  }
                />
              </List.Item>
            )}
          />
        )}
      </QueryState>
    </Block>
  );
}
