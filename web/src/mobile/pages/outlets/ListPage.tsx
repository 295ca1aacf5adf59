import { keepPreviousData } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { useSettled } from '@/shared/flows/useFill';
import { LIFE_TONES } from '@/shared/lives';
import { useUrl } from '@/shared/url';
import { Badge, Empty, List, ListItem, Loaded, Page, TextField } from '../../kit';

const MOST = 30;

/** Outlets one may see, by name, pinyin initials or code. */
export default function ListPage() {
  const t = useT('phoneOutlets');
  const label = useLabel('phoneOutlets');
  const [url, change] = useUrl();
  const typed = url.q ?? '';
  const q = useSettled(typed.trim(), 300);
  const query = api.useQuery(
    'get',
    '/api/v1/outlets',
    { params: { query: { q: q || undefined, state: 'active', limit: MOST } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page title={t('title')}>
      <TextField label={t('search')} type="search" value={typed} onChange={(next) => change({ q: next }, { replace: true })} />
      <Loaded
        query={query}
        rows={5}
        empty={(found) => found.items.length === 0}
        whenEmpty={<Empty title={t('none')} help={t('noneHelp')} />}
      >
        {(found) => (
          <>
            <List label={t('title')}>
              {found.items.map((row) => (
                <ListItem
                  key={row.code}
                  title={row.name}
                  value={<Badge tone={LIFE_TONES[row.life]}>{label('states', row.life)}</Badge>}
                  note={[row.code, row.owner_name, row.territory_name].filter(Boolean).join(' · ')}
                  to={`/outlets/${encodeURIComponent(row.code)}`}
                />
              ))}
            </List>
            {found.total > MOST && <p className="m-muted">{t('more', { count: found.total })}</p>}
          </>
        )}
      </Loaded>
    </Page>
  );
}
