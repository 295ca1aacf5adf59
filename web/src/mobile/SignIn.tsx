import { useEffect, useState, type FormEvent } from 'react';
import { http } from '@/api/client';
import { ApiError } from '@/api/errors';
import { answerSignIn, useSignInAsked } from '@/api/expired';
import { refreshMe } from '@/api/me';
import { setLang, useOtherLang, useT } from '@/i18n';
import { Btn, Sheet, Strip, TextField } from './kit';

function SignInForm({ login: known = '', onDone }: { login?: string; onDone: (login: string) => void }) {
  const t = useT('phone');
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [second, setSecond] = useState(false);
  const [refused, setRefused] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!login.trim() || !password) return setRefused(t('session.missing'));
    setBusy(true);
    setRefused('');
    try {
      await http.POST('/api/v1/session', { body: { login: login.trim(), password, totp: totp.trim() || null } });
      onDone(login.trim());
    } catch (error) {
      if (error instanceof ApiError && error.code.includes('totp')) setSecond(true);
      setRefused(error instanceof ApiError ? error.message : t('failed'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} style={{ display: 'grid', gap: 14 }} noValidate>
      {refused && <Strip tone="bad">{refused}</Strip>}
      <TextField label={t('session.login')} value={login} onChange={setLogin} autoComplete="username" />
      <TextField label={t('session.password')} value={password} onChange={setPassword} type="password" autoComplete="current-password" />
      {second && (
        <TextField
          label={t('session.totp')}
          help={t('session.totpHelp')}
          value={totp}
          onChange={setTotp}
          inputMode="numeric"
          autoComplete="one-time-code"
        />
      )}
      <Btn submit kind="main" wide busy={busy}>
        {t('session.signIn')}
      </Btn>
    </form>
  );
}

/** The first page of whoever has no session. */
export function SignInPage() {
  const t = useT('phone');
  const other = useOtherLang();
  useEffect(() => {
    document.title = t('session.title');
  }, [t]);
  return (
    <main className="m-page" style={{ paddingTop: '12vh' }}>
      <img src="/m/icon.svg" alt="" width={56} height={56} />
      <h1 style={{ fontSize: '1.5rem' }}>{t('session.title')}</h1>
      <SignInForm onDone={() => void refreshMe()} />
      <button type="button" className="m-btn" lang={other.lang} onClick={() => void setLang(other.lang)}>
        {other.name}
      </button>
    </main>
  );
}

/** Over the page when its session ended: what was typed stays. */
export function SessionSheet({ login }: { login: string }) {
  const t = useT('phone');
  const asked = useSignInAsked();
  const done = (now: string) => {
    answerSignIn(now === login);
    if (now !== login) location.reload();
  };
  return (
    <Sheet open={asked} title={t('session.expired')} onClose={() => answerSignIn(false)}>
      <p className="m-muted">{t('session.expiredHelp')}</p>
      <SignInForm login={login} onDone={done} />
    </Sheet>
  );
}
