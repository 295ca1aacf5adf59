import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from '@/api/client';
import { useSession } from '@/api/me';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import './kit.css';
import { Skeleton, Toast, Trouble } from './kit';
import { FirstPasswordPage } from './Password';
import { dress } from './prefs';
import { router } from './router';
import { SessionSheet, SignInPage } from './SignIn';
import { UpdateStrip, keepPages } from './worker';

const Waiting = () => <div className="m-page" style={{ paddingTop: 12 }} />;

function Phone() {
  const session = useSession();
  if (session.isPending)
    return (
      <main className="m-page" style={{ paddingTop: 12 }}>
        <Skeleton rows={5} />
      </main>
    );
  if (session.data === undefined)
    return (
      <main className="m-page" style={{ paddingTop: 12 }}>
        <Trouble error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  if (session.data === null) return <SignInPage />;
  if (session.data.must_change) return <FirstPasswordPage me={session.data} />;
  return (
    <>
      <UpdateStrip />
      <RouterProvider router={router} />
      <SessionSheet login={session.data.login} />
      <Toast />
    </>
  );
}

dress();
keepPages();
void startTexts(texts, ['phone']).then(() =>
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Suspense fallback={<Waiting />}>
          <Phone />
        </Suspense>
      </QueryClientProvider>
    </StrictMode>,
  ),
);
