import { useT } from '@/i18n';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { refresh } from './data';
import { WordsItem } from './Fields';

interface Props {
  title: string;
  approve: boolean;
  consequence: string;
  onSubmit: (body: { approve: boolean; said: string }) => Promise<unknown>;
  onClose: () => void;
}

/** Approves or refuses what somebody else made. */
export function DecideDrawer({ title, approve, consequence, onSubmit, onClose }: Props) {
  const t = useT('price');
  const submit = async ({ said }: { said?: string }) => {
    await onSubmit({ approve, said: said ?? '' });
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={title}
      consequence={consequence}
      verb={approve ? t('approve') : t('refuse')}
      danger={!approve}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <WordsItem name="said" label={approve ? t('word') : t('reason')} optional={approve} most={200} />
    </ActionDrawer>
  );
}
