import { useNavigate } from '@tanstack/react-router';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { Page, toast } from '../../kit';
import { PasswordForm } from '../../Password';

/** A new password of one's own. */
export default function PasswordPage() {
  const t = useT('phone');
  const me = useMe();
  const navigate = useNavigate();
  const done = () => {
    toast(t('password.done'));
    void navigate({ to: '/mine' as never });
  };
  return (
    <Page title={t('password.change')} back="/mine">
      <PasswordForm login={me.login} onDone={done} />
    </Page>
  );
}
