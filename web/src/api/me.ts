// Who is signed in, and what they may do.
import { useQuery } from '@tanstack/react-query';
import { answer, http, queries, setSignedIn, type Schema } from './client';
import { isApiError } from './errors';

/** The person signed in. */
export type Me = Schema<'Me'>;

const KEY = ['me'];

async function load(): Promise<Me | null> {
  try {
    const me = await answer(http.GET('/api/v1/me'));
    setSignedIn(true);
    return me;
  } catch (error) {
    if (isApiError(error) && error.status === 401) return null;
    throw error;
  }
}

/** `data` is `null` where nobody is signed in. */
export const useSession = () => useQuery({ queryKey: KEY, queryFn: load, staleTime: 5 * 60_000 });

/** The person signed in; for pages, which are shown to nobody else. */
export function useMe(): Me {
  const me = useSession().data;
  if (!me) throw new Error('a page was shown without a session');
  return me;
}

/** Call after signing in or after a change of one's own account. */
export const refreshMe = () => queries.invalidateQueries({ queryKey: KEY });

/** Ends the session and forgets what was read under it. */
export async function signOut(): Promise<void> {
  await http.DELETE('/api/v1/session');
  setSignedIn(false);
  queries.clear();
}

/** Whether somebody holds a permission, or one of several. Nothing asked is always held. */
export const holds = (me: Me, permission?: string | readonly string[]): boolean =>
  permission === undefined || (typeof permission === 'string' ? [permission] : permission).some((one) => me.permissions.includes(one));
