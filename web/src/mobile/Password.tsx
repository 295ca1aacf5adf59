import { useEffect, useState, type FormEvent } from 'react';
import { http } from '@/api/client';
import { ApiError } from '@/api/errors';
import { refreshMe, signOut, type Me } from '@/api/me';
import { useT } from '@/i18n';
import { Btn, Strip, TextField } from './kit';

const SHORTEST = 8;

/** Changes one's own password; whoever is signed in elsewhere is signed out there. */
export function PasswordForm({ login, onDone }: { login: string; onDone: () => void }) {
  const t = useT('phone');
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState('');
  const [busy, setBusy] = useState(false);
  const wrong = {
    old: old ? undefined : t('password.oldMissing'),
    fresh: fresh.length >= SHORTEST ? undefined : t('password.tooShort'),
    again: again === fresh ? undefined : t('password.differs'),
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong.old || wrong.fresh || wrong.again) return;
    setBusy(true);
    setRefused('');
    try {
      await http.POST('/api/v1/me/password', { body: { old, new: fresh } });
      onDone();
    } catch (error) {
      setRefused(error instanceof ApiError ? error.message : t('failed'));
    } finally {
      setBusy(false);
    }
  };
  const secret = { type: 'password' } as const;
  return (
    <form onSubmit={(event) => void submit(event)} style={{ display: 'grid', gap: 14 }} noValidate>
      {refused && <Strip tone="bad">{refused}</Strip>}
      <input type="text" autoComplete="username" value={login} readOnly hidden />
      <TextField
        {...secret}
        label={t('password.old')}
        value={old}
        onChange={setOld}
        autoComplete="current-password"
        wrong={tried ? wrong.old : undefined}
      />
      <TextField
        {...secret}
        label={t('password.fresh')}
        help={t('password.freshHelp')}
        value={fresh}
        onChange={setFresh}
        autoComplete="new-password"
        wrong={tried ? wrong.fresh : undefined}
      />
      <TextField
        {...secret}
        label={t('password.again')}
        value={again}
        onChange={setAgain}
        autoComplete="new-password"
        wrong={tried ? wrong.again : undefined}
      />
      <Btn submit kind="main" wide busy={busy}>
        {t('password.change')}
      </Btn>
    </form>
  );
}

/** Stands before everything else while somebody still has the password an administrator gave them. */
export function FirstPasswordPage({ me }: { me: Me }) {
  const t = useT('phone');
  useEffect(() => {
    document.title = t('password.first');
  }, [t]);
  const leave = async () => {
    await signOut();
    location.assign('/m/');
  };
  return (
    <main className="m-page" style={{ paddingTop: '8vh' }}>
      <h1 style={{ fontSize: '1.5rem' }}>{t('password.first')}</h1>
      <p className="m-muted">{t('password.firstHelp', { name: me.name })}</p>
      <PasswordForm login={me.login} onDone={() => void refreshMe()} />
      <Btn wide onClick={() => void leave()}>
        {t('mine.signOut')}
      </Btn>
    </main>
  );
}
