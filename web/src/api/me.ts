// Who is signed in, and what they may do.
import { useQuery } from '@tanstack/react-query';
import { del, get, set } from 'idb-keyval';
import { answer, http, queries, setSignedIn, type Schema } from './client';
import { isApiError } from './errors';

/** The person signed in. */
export type Me = Schema<'Me'>;

const KEY = ['me'];
/**
 * Where this phone keeps who is signed in; `null` while it waits for whoever signs in next. Not in the local storage: browsers write that up to a minute
 * late, and one that is killed before has forgotten.
 */
const KEPT = 'me';

/** Keeps on this phone who is signed in, so that its pages open without a network. The server asks again as soon as it is there. */
export const keepMe = (me: Me): Promise<void> => set(KEPT, me);

/** Nothing where nothing was kept, or where the browser keeps nothing. */
async function keptMe(): Promise<Me | null | undefined> {
  try {
    return await get<Me | null>(KEPT);
  } catch {
    return undefined;
  }
}

async function load(): Promise<Me | null> {
  const looking = keptMe();
  try {
    const me = await answer(http.GET('/api/v1/me'));
    if ((await looking) !== undefined) await keepMe(me);
    setSignedIn(true);
    return me;
  } catch (error) {
    if (!isApiError(error)) throw error;
    const kept = await looking;
    if (error.status === 401) {
      if (kept) await set(KEPT, null);
      return null;
    }
    if (!kept || !error.offline) throw error;
    setSignedIn(true);
    return kept;
  }
}

/** `data` is `null` where nobody is signed in. */
export const useSession = () =>
  useQuery({ queryKey: KEY, queryFn: load, staleTime: 5 * 60_000, networkMode: 'always', refetchOnReconnect: 'always' });

/** The person signed in; for pages, which are shown to nobody else. */
export function useMe(): Me {
  const me = useSession().data;
  if (!me) throw new Error('a page was shown without a session');
  return me;
}

/** Call after signing in or after a change of one's own account. */
export const refreshMe = () => queries.invalidateQueries({ queryKey: KEY });

const leaving = new Set<() => Promise<void>>();

/** Told when somebody signs out: for whoever keeps on the phone what was read. */
export function onSignOut(forget: () => Promise<void>): void {
  leaving.add(forget);
}

/** Ends the session and forgets what was read under it. */
export async function signOut(): Promise<void> {
  await http.DELETE('/api/v1/session');
  setSignedIn(false);
  if ((await keptMe()) !== undefined) await del(KEPT);
  await Promise.all([...leaving].map((forget) => forget()));
  queries.clear();
}

/** Whether somebody holds a permission, or one of several. Nothing asked is always held. */
export const holds = (me: Me, permission?: string | readonly string[]): boolean =>
  permission === undefined || (typeof permission === 'string' ? [permission] : permission).some((one) => me.permissions.includes(one));
