import { App, Button, Descriptions } from 'antd';
import { api } from '@/api/client';
import { useMe } from '@/api/me';
import { PasswordForm } from '@/features/session/PasswordForm';
import { setLang, useOtherLang, useT } from '@/i18n';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { ApplicationMail } from './ApplicationMail';
import { Delegations } from './Delegations';
import { Mailings } from './Mailings';
import { Sessions } from './Sessions';
import { Shares } from './Shares';
import { Tokens } from './Tokens';
import { Totp } from './Totp';

export default function AccountPage() {
  const t = useT('account');
  const session = useT('session');
  const { message } = App.useApp();
  const me = useMe();
  const other = useOtherLang();
  const account = api.useQuery('get', '/api/v1/me/account');
  return (
    <>
      <PageHead title={t('title')} />
      <div className="grid">
        <Block title={t('profile')} width={6}>
          <QueryState query={account}>
            {(own) => (
              <Descriptions
                column={1}
                items={[
                  { key: 'login', label: t('login'), children: own.login },
                  { key: 'name', label: t('name'), children: own.name },
                  { key: 'phone', label: t('phone'), children: own.phone || t('unknown') },
                  { key: 'duty', label: t('dutyHours'), children: own.duty_hours || t('unknown') },
                  {
                    key: 'roles',
                    label: t('roles'),
                    children: own.roles
                      .filter((role) => role.holds)
                      .map((role) => `${role.title} · ${role.over_name}`)
                      .join('；'),
                  },
                  {
                    key: 'lang',
                    label: t('language'),
                    children: (
                      <Button lang={other.lang} onClick={() => void setLang(other.lang)}>
                        {other.name}
                      </Button>
                    ),
                  },
                ]}
              />
            )}
          </QueryState>
        </Block>
        <Block title={t('password')} width={6}>
          <PasswordForm login={me.login} onDone={() => void message.success(session('first.done'))} />
        </Block>
        <Sessions />
        <Totp on={account.data?.totp} left={account.data?.recovery_left ?? 0} changed={() => void account.refetch()} />
        <Delegations roles={account.data?.roles ?? []} />
        <Shares />
        <Mailings />
        <ApplicationMail />
        <Tokens />
      </div>
    </>
  );
}
