import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';

export default function HomePage() {
  const t = useT('common');
  const me = useMe();
  return <PageHead title={t('group.work')} note={me.name} />;
}
