import { MenuFoldOutlined, MenuUnfoldOutlined } from '@ant-design/icons';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Alert, Button, Skeleton } from 'antd';
import { Suspense, useState } from 'react';
import { CommandSearch } from '@/features/search/CommandSearch';
import { useT } from '@/i18n';
import { setPrefs, usePrefs } from '@/shared/prefs';
import { ActingBar } from '@/features/account/ActingBar';
import { Account, LanguageSwitch, ThemeSwitch } from './TopTools';
import { SideNav } from './SideNav';
import { useSectionKeys } from './keys';

/** The frame: navigation by job at the left, search and the person's own things on top. */
export function Shell() {
  const t = useT('common');
  const { navFolded } = usePrefs();
  const [open, setOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useSectionKeys();
  const narrow = () => matchMedia('(max-width: 767px)').matches;
  const fold = () => (narrow() ? setOpen(!open) : setPrefs({ navFolded: !navFolded }));
  return (
    <div className={`shell${navFolded ? ' folded' : ''}${open ? ' open' : ''}`}>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <header className="shell-head">
        <Link to="/" className="shell-brand">
          <img src="/icon.svg" alt="" />
          {!navFolded && t('productLong')}
          {navFolded && <span className="sr">{t('home')}</span>}
        </Link>
        <div className="shell-top">
          <Button
            type="text"
            aria-label={navFolded ? t('shell.unfoldNav') : t('shell.foldNav')}
            icon={navFolded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
            onClick={fold}
          />
          <CommandSearch />
          <span className="grow" />
          <ThemeSwitch />
          <LanguageSwitch />
          <Account />
        </div>
      </header>
      <nav className="shell-nav" aria-label={t('shell.nav')}>
        <SideNav folded={navFolded} onGo={() => setOpen(false)} />
      </nav>
      <main className="shell-main" id="main" tabIndex={-1}>
        <div className="page">
          <Alert
            className="narrow-hint"
            type="info"
            title={t('shell.narrow')}
            action={
              <Button size="small" href="/m/">
                {t('shell.toPhone')}
              </Button>
            }
          />
          <ActingBar />
          <Suspense key={path} fallback={<Skeleton active paragraph={{ rows: 8 }} />}>
            <Outlet />
          </Suspense>
        </div>
      </main>
    </div>
  );
}
