// What the tabs share.
import { answer, api, http, ifMatch, queries, type Schema } from '@/api/client';
import { isApiError } from '@/api/errors';

export type Row = Schema<'AcceptanceHolder'>;
export type Holder = 'partner' | 'outlet' | 'clerk';

export const HOLDERS = ['partner', 'outlet', 'clerk'] as const;

/** Kinds of business and levels; they change with a release. */
export const useDefinitions = () => api.useQuery('get', '/api/v1/acceptance/definitions', {}, { staleTime: 10 * 60_000 });

export const reload = () =>
  queries.invalidateQueries({
    predicate: ({ queryKey: [first, second] }) =>
      (first === 'table' && second === 'acceptance-holders') ||
      (first === 'get' && String(second).startsWith('/api/v1/acceptance/holders')),
  });

/** What names a change of a holder for the server. */
const named = (holder: string, code: string, version: number) => ({
  params: { path: { holder, code }, header: { 'If-Match': `"${version}"` } },
  headers: ifMatch(version),
});

export async function assign(holder: string, code: string, version: number, body: Schema<'LevelSent'>): Promise<void> {
  await http.POST('/api/v1/acceptance/holders/{holder}/{code}/level', { ...named(holder, code, version), body });
  await reload();
}

export async function stand(row: Row, reason: string): Promise<void> {
  const to = { ...named(row.holder, row.code, row.version), body: { reason } };
  if (row.suspended_at === null) await http.POST('/api/v1/acceptance/holders/{holder}/{code}/suspend', to);
  else await http.POST('/api/v1/acceptance/holders/{holder}/{code}/restore', to);
  await reload();
}

/** The version to change somebody at who was chosen by code: 0 where they never held a level. */
export async function versionOf(holder: string, code: string): Promise<number> {
  try {
    return (await answer(http.GET('/api/v1/acceptance/holders/{holder}/{code}', { params: { path: { holder, code } } }))).row.version;
  } catch (error) {
    if (isApiError(error) && error.status === 404) return 0;
    throw error;
  }
}
