// People, partners and outlets one may name in a form.
import { keepPreviousData } from '@tanstack/react-query';
import { api } from '@/api/client';
import { usePermission } from '@/shared/permissions';
import type { Flow } from './form';
import { useSettled } from './useFill';

/** A choice of a picker. */
export interface Found {
  code: string;
  name: string;
  note: string;
}

export type PlaceKind = 'partner' | 'outlet';

/** The places of one's own posts, which one may name without searching. */
export const placesOf = (flow: Flow): Found[] =>
  flow.posts.filter((post) => post.over !== '').map((post) => ({ code: post.over, name: post.over_name, note: post.title }));

const KEPT = { placeholderData: keepPreviousData };

/** People who may decide, by name, pinyin initials or login. */
export function usePeople(typed: string): { found: Found[]; busy: boolean } {
  const q = useSettled(typed.trim(), 250);
  const query = api.useQuery('get', '/api/v1/applications/people', { params: { query: { q } } }, KEPT);
  const found = (query.data ?? []).map((one) => ({ code: one.login, name: one.name, note: one.title }));
  return { found, busy: query.isFetching };
}

/** Partners or outlets by name, pinyin initials or code, as far as one sees them. */
export function usePlaces(kind: PlaceKind, typed: string): { found: Found[]; busy: boolean } {
  const q = useSettled(typed.trim(), 250);
  const lists = usePermission('partner.read');
  const asked = { params: { query: { q, limit: 20, state: 'active' } } };
  const partners = api.useQuery('get', '/api/v1/partners', asked, { ...KEPT, enabled: lists && kind === 'partner' });
  const outlets = api.useQuery('get', '/api/v1/outlets', asked, { ...KEPT, enabled: lists && kind === 'outlet' });
  // Who sees no lists still finds what is theirs.
  const hits = api.useQuery('get', '/api/v1/search', { params: { query: { q, limit: 20 } } }, { ...KEPT, enabled: !lists && q !== '' });
  if (!lists) {
    const found = (hits.data?.items ?? []).filter((hit) => hit.kind === kind);
    return { found: found.map(({ code, name, note }) => ({ code, name, note })), busy: hits.isFetching };
  }
  const rows = kind === 'partner' ? partners : outlets;
  return {
    found: (rows.data?.items ?? []).map((row) => ({ code: row.code, name: row.name, note: row.territory_name })),
    busy: rows.isFetching,
  };
}
