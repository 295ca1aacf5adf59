import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { AGREEMENT_TONES, unsignedSide } from '@/shared/agreements';
import { Badge, Empty, List, ListItem, Loaded, Page, Strip } from '../../kit';

/** Agreements of one's partner: what waits for a signature, what is about to end, and the others. */
export default function ListPage() {
  const t = useT('phoneAgreements');
  const label = useLabel('phoneAgreements');
  const query = api.useQuery('get', '/api/v1/agreements', { params: { query: { limit: 100 } } });
  const drafts = api.useQuery('get', '/api/v1/agreement-drafts').data ?? [];
  const open = drafts.filter((draft) => unsignedSide(draft) !== undefined);
  return (
    <Page title={t('title')} back="/mine">
      {open.length > 0 && (
        <List label={t('toSign')}>
          {open.map((draft) => (
            <ListItem
              key={draft.id}
              title={t('draft', { id: draft.id })}
              value={<Badge tone="warn">{t('toSign')}</Badge>}
              note={t('until', { from: draft.from, to: draft.last_day })}
              to={`/agreement-drafts/${draft.id}`}
            />
          ))}
        </List>
      )}
      <Loaded
        query={query}
        rows={4}
        empty={(found) => found.items.length === 0 && open.length === 0}
        whenEmpty={<Empty title={t('none')} help={t('noneHelp')} />}
      >
        {(found) => (
          <>
            {found.items
              .filter((row) => row.days_left !== null)
              .map((row) => (
                <Strip key={row.code} tone="warn">
                  {t('warn', { day: row.last_day ?? '', days: row.days_left ?? 0 })}
                </Strip>
              ))}
            <List label={t('list')}>
              {found.items.map((row) => (
                <ListItem
                  key={row.code}
                  title={row.code}
                  value={<Badge tone={AGREEMENT_TONES[row.state]}>{label('states', row.state)}</Badge>}
                  note={[row.partner_name, t('until', { from: row.from, to: row.last_day ?? t('endless') })].join(' · ')}
                  to={`/agreements/${encodeURIComponent(row.code)}`}
                />
              ))}
            </List>
          </>
        )}
      </Loaded>
    </Page>
  );
}
