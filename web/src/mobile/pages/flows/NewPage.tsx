import { useState } from 'react';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { grouped } from '@/shared/flows/groups';
import { Empty, List, ListItem, Loaded, Page, TextField } from '../../kit';

/** What one may apply for. */
export default function NewPage() {
  const t = useT('flows');
  const label = useLabel('flows');
  const [typed, setTyped] = useState('');
  const flows = api.useQuery('get', '/api/v1/flows');
  return (
    <Page title={t('new')} back="/applications">
      <TextField label={t('searchFlow')} type="search" value={typed} onChange={setTyped} />
      <Loaded query={flows} rows={5}>
        {(all) => {
          const groups = grouped(all, typed);
          if (groups.length === 0)
            return <Empty title={typed ? t('noFlowFound') : t('noFlow')} help={typed ? undefined : t('noFlowHelp')} />;
          return groups.map(([group, found]) => (
            <section key={group} style={{ display: 'grid', gap: 8 }}>
              <h2>{label('groups', group)}</h2>
              <List label={label('groups', group)}>
                {found.map((flow) => (
                  <ListItem key={flow.id} title={flow.title} note={flow.about} to={`/applications/new/${flow.id}`} />
                ))}
              </List>
            </section>
          ));
        }}
      </Loaded>
    </Page>
  );
}
