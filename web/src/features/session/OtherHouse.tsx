import { Alert, Button, Divider } from 'antd';
import { api } from '@/api/client';
import { useT } from '@/i18n';

/** Sign-in through another house, where one is configured, and what came of the last try. */
export function OtherHouse() {
  const t = useT('session');
  const label = api.useQuery('get', '/api/v1/oidc').data?.sso;
  const code = new URLSearchParams(location.search).get('sso');
  if (!label && !code) return null;
  const words = code === 'access.sso.unknown' ? t('ssoUnknown') : code === 'access.sso.state' ? t('ssoState') : t('ssoFailed');
  return (
    <>
      {code && <Alert type="error" showIcon role="alert" title={words} style={{ marginTop: 16 }} />}
      {label && (
        <>
          <Divider plain>{t('or')}</Divider>
          <Button block size="large" href="/api/v1/oidc/start">
            {label}
          </Button>
        </>
      )}
    </>
  );
}
