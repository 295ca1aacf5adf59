import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider, Spin } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { StrictMode, Suspense, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from '@/api/client';
import { useSession } from '@/api/me';
import { FirstPasswordPage } from '@/features/session/FirstPasswordPage';
import { SignInPage } from '@/features/session/SignInPage';
import { startTexts, useLang } from '@/i18n';
import { texts } from '@/i18n/console';
import { preferFor, useDark, usePrefs } from '@/shared/prefs';
import { themeOf } from '@/shared/theme';
import { ErrorBox } from '@/shared/ui/QueryState';
import '@/shared/styles.css';
import { router } from './router';
import { SessionDialog } from './SessionDialog';

function Page() {
  const session = useSession();
  const login = session.data?.login;
  useEffect(() => {
    if (login) preferFor(login);
  }, [login]);
  if (session.isPending) return <Waiting />;
  if (session.data === undefined) return <ErrorBox error={session.error} onRetry={() => void session.refetch()} />;
  if (session.data === null) return <SignInPage />;
  if (session.data.must_change) return <FirstPasswordPage me={session.data} />;
  return (
    <>
      <RouterProvider router={router} />
      <SessionDialog login={session.data.login} />
    </>
  );
}

const Waiting = () => (
  <div style={{ height: '100%', display: 'grid', placeItems: 'center' }}>
    <Spin size="large" />
  </div>
);

/** Theme, density and language, in one place. */
function Dressed() {
  const lang = useLang();
  const isDark = useDark();
  const { density } = usePrefs();
  dayjs.locale(lang === 'en' ? 'en' : 'zh-cn');
  useEffect(() => {
    document.documentElement.dataset.mode = isDark ? 'dark' : 'light';
  }, [isDark]);
  return (
    <ConfigProvider
      theme={themeOf(isDark, density === 'compact')}
      locale={lang === 'en' ? enUS : zhCN}
      button={{ autoInsertSpace: false }}
      componentSize={density === 'compact' ? 'small' : 'middle'}
    >
      <AntApp style={{ height: '100%' }}>
        <Suspense fallback={<Waiting />}>
          <Page />
        </Suspense>
      </AntApp>
    </ConfigProvider>
  );
}

void startTexts(texts, ['session']).then(() =>
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Dressed />
      </QueryClientProvider>
    </StrictMode>,
  ),
);
