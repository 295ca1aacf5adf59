import { useParams } from '@tanstack/react-router';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { Empty, Loaded, Page } from '../../kit';
import { Fill } from './Fill';

/** A new application. */
export default function StartPage() {
  const t = useT('flows');
  const { flow = '' } = useParams({ strict: false }) as { flow?: string };
  // A form one is at is not exchanged for a later version under one's hands.
  const flows = api.useQuery('get', '/api/v1/flows', {}, { staleTime: Infinity });
  const found = flows.data?.find((one) => one.id === flow && one.posts.length > 0);
  if (found) return <Fill key={found.id} flow={found} back="/applications/new" />;
  return (
    <Page title={t('new')} back="/applications/new">
      <Loaded query={flows} rows={5}>
        {() => <Empty title={t('notYours')} help={t('notYoursHelp')} />}
      </Loaded>
    </Page>
  );
}
