import { Alert, Button, Card } from 'antd';
import { refreshMe, signOut, type Me } from '@/api/me';
import { useT } from '@/i18n';
import { PasswordForm } from './PasswordForm';

/** Stands before everything else while somebody still has the password an administrator gave them. */
export function FirstPasswordPage({ me }: { me: Me }) {
  const t = useT('session');
  const leave = async () => {
    await signOut();
    location.assign('/');
  };
  return (
    <main style={{ minHeight: '100%', display: 'grid', placeItems: 'center', padding: 16 }}>
      <Card style={{ width: '100%', maxWidth: 420 }}>
        <h1 style={{ margin: '0 0 16px', fontSize: 20 }}>{t('first.title')}</h1>
        <Alert type="info" showIcon title={t('first.help')} style={{ marginBottom: 16 }} />
        <PasswordForm login={me.login} onDone={() => void refreshMe()} />
        <Button type="link" style={{ marginTop: 8, padding: 0 }} onClick={() => void leave()}>
          {t('first.out')}
        </Button>
      </Card>
    </main>
  );
}
