import { Alert, Button } from 'antd';
import { http, queries } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';

/** Says for whom one acts, on every page, while one does. */
export function ActingBar() {
  const acting = useMe().acting;
  return acting ? <Bar name={acting.name} /> : null;
}

function Bar({ name }: { name: string }) {
  const t = useT('account');
  const stop = async () => {
    await http.POST('/api/v1/me/acting', { body: { delegation: null } });
    await queries.invalidateQueries();
  };
  return (
    <Alert
      type="warning"
      showIcon
      style={{ marginBottom: 12 }}
      title={t('delegations.acting', { name })}
      action={
        <Button size="small" onClick={() => void stop()}>
          {t('delegations.stop')}
        </Button>
      }
    />
  );
}
