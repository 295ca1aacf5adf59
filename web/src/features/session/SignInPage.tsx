import { Button, Card } from 'antd';
import { useEffect } from 'react';
import { refreshMe } from '@/api/me';
import { setLang, useOtherLang, useT } from '@/i18n';
import { OtherHouse } from './OtherHouse';
import { SignInForm } from './SignInForm';

/** The first page of whoever has no session. The address stays, so that signing in leads where one wanted to go. */
export function SignInPage() {
  const t = useT('session');
  const common = useT('common');
  const other = useOtherLang();
  useEffect(() => {
    document.title = `${t('title')} · ${common('product')}`;
  }, [t, common]);
  return (
    <main style={{ minHeight: '100%', display: 'grid', placeItems: 'center', padding: 16 }}>
      <Card style={{ width: '100%', maxWidth: 380 }}>
        <div style={{ display: 'flex', alignItems: 'center', gap: 12, marginBottom: 24 }}>
          <img src="/icon.svg" alt="" width={36} height={36} />
          <h1 style={{ margin: 0, fontSize: 20 }}>{common('productLong')}</h1>
        </div>
        <SignInForm onDone={() => void refreshMe()} />
        <OtherHouse />
        <Button type="link" block style={{ marginTop: 8 }} lang={other.lang} onClick={() => void setLang(other.lang)}>
          {other.name}
        </Button>
      </Card>
    </main>
  );
}
