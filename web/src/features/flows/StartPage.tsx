import { useParams } from '@tanstack/react-router';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Fill } from './Fill';

/** A new application. */
export default function StartPage() {
  const t = useT('flows');
  const { flow = '' } = useParams({ strict: false }) as { flow?: string };
  // A form one is at is not exchanged for a later version under one's hands.
  const flows = api.useQuery('get', '/api/v1/flows', {}, { staleTime: Infinity });
  return (
    <QueryState query={flows} rows={10}>
      {(all) => {
        const found = all.find((one) => one.id === flow && one.posts.length > 0);
        if (found) return <Fill key={found.id} flow={found} title={found.title} />;
        return (
          <>
            <PageHead title={t('new')} />
            <EmptyBox title={t('notYours')} help={t('notYoursHelp')} />
          </>
        );
      }}
    </QueryState>
  );
}
