import { BulbOutlined, UserOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { signOut, useMe } from '@/api/me';
import { setLang, useOtherLang, useT } from '@/i18n';
import { setPrefs, usePrefs, type Prefs } from '@/shared/prefs';
import { routes } from './features';

/** Theme and density. */
export function ThemeSwitch() {
  const t = useT('common');
  const { theme, density } = usePrefs();
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectable: true,
        selectedKeys: [theme, density],
        items: [
          {
            type: 'group',
            label: t('shell.theme'),
            children: (['system', 'light', 'dark'] as const).map((key) => ({ key, label: t(`shell.${key}`) })),
          },
          {
            type: 'group',
            label: t('shell.density'),
            children: (['comfortable', 'compact'] as const).map((key) => ({ key, label: t(`shell.${key}`) })),
          },
        ],
        onClick: ({ key }) =>
          key === 'comfortable' || key === 'compact' ? setPrefs({ density: key }) : setPrefs({ theme: key as Prefs['theme'] }),
      }}
    >
      <Button type="text" aria-label={t('shell.theme')} icon={<BulbOutlined />} />
    </Dropdown>
  );
}

/** The other language, one click away; the page stays. */
export function LanguageSwitch() {
  const t = useT('common');
  const { lang, name } = useOtherLang();
  return (
    <Button type="text" lang={lang} title={t('shell.lang')} onClick={() => void setLang(lang)}>
      {name}
    </Button>
  );
}

/** Who one is, and the way out. */
export function Account() {
  const t = useT('common');
  const me = useMe();
  const navigate = useNavigate();
  const account = routes.some((route) => route.path === '/account');
  const leave = async () => {
    await signOut();
    location.assign('/');
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'who', type: 'group', label: me.roles.map((role) => [role.title, role.over_name].filter(Boolean).join(' · ')).join('；') },
          ...(account ? [{ key: 'account', label: t('shell.account') }] : []),
          { key: 'out', label: t('shell.signOut') },
        ],
        onClick: ({ key }) => (key === 'out' ? void leave() : void navigate({ to: '/account' })),
      }}
    >
      <Button type="text" icon={<UserOutlined />}>
        {me.name}
      </Button>
    </Dropdown>
  );
}
