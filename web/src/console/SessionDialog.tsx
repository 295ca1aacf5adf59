import { Modal } from 'antd';
import { answerSignIn, useSignInAsked } from '@/api/expired';
import { SignInForm } from '@/features/session/SignInForm';
import { useT } from '@/i18n';

/** Over the page when its session ended: what was typed stays, and the call that met a closed door is made again. */
export function SessionDialog({ login }: { login: string }) {
  const t = useT('common');
  const asked = useSignInAsked();
  const done = (now: string) => {
    answerSignIn(now === login);
    if (now !== login) location.reload();
  };
  return (
    <Modal
      open={asked}
      title={t('session.expired')}
      footer={null}
      onCancel={() => answerSignIn(false)}
      mask={{ closable: false }}
      zIndex={3000}
      destroyOnHidden
    >
      <p>{t('session.expiredHelp')}</p>
      <SignInForm login={login} onDone={done} />
    </Modal>
  );
}
