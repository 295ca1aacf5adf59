import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { useSettled } from '@/shared/flows/useFill';
import { Empty, List, ListItem, Loaded, Page, Strip, TextField } from '../../kit';
import { useOwner } from './hooks';
import { matches } from './initials';
import { readOutlets } from './kept';
import { Unsent } from './parts';
import type { Outlet } from './records';

const MOST = 40;

/** One's own outlets, for a visit nobody planned: by name, pinyin initials or code, with or without a network. */
export default function OutletsPage() {
  const t = useT('phoneField');
  const { login } = useOwner();
  const [typed, setTyped] = useState('');
  const query = useQuery({
    queryKey: ['field', 'outlets', login],
    queryFn: () => readOutlets(login),
    staleTime: 10 * 60_000,
    networkMode: 'always',
    retry: false,
  });
  return (
    <Page title={t('outlets.title')} back="/field">
      <Unsent />
      <TextField label={t('outlets.find')} type="search" value={typed} onChange={setTyped} />
      <Loaded query={query} rows={6}>
        {({ data, old }) => {
          const found = data.filter((outlet) => matches(typed, outlet.name, outlet.code));
          return (
            <>
              {old && <Strip tone="warn">{t('outlets.old')}</Strip>}
              {found.length === 0 && <Elsewhere typed={typed} />}
              <Found outlets={found.slice(0, MOST)} />
              {found.length > MOST && <p className="m-muted">{t('outlets.more', { count: found.length })}</p>}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Outlets within reach that somebody else looks after, as far as the server answers. */
function Elsewhere({ typed }: { typed: string }) {
  const t = useT('phoneField');
  const q = useSettled(typed.trim(), 400);
  const query = api.useQuery(
    'get',
    '/api/v1/field/outlets',
    { params: { query: { q } } },
    { enabled: q.length > 1, networkMode: 'always' },
  );
  const rows = query.data?.rows ?? [];
  return rows.length > 0 ? <Found outlets={rows} /> : <Empty title={t('outlets.none')} help={t('outlets.noneHelp')} />;
}

function Found({ outlets }: { outlets: readonly Outlet[] }) {
  const t = useT('phoneField');
  return (
    <List label={t('outlets.title')}>
      {outlets.map((outlet) => (
        <ListItem
          key={outlet.code}
          title={outlet.name}
          note={[
            outlet.code,
            outlet.class && t('stop.class', { class: outlet.class }),
            outlet.last_visit ? t('outlets.last', { day: outlet.last_visit }) : t('outlets.never'),
          ]
            .filter(Boolean)
            .join(' · ')}
          to={`/field/visit/${encodeURIComponent(outlet.code)}`}
        />
      ))}
    </List>
  );
}
