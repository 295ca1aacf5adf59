// What a person likes: theme, density, columns. Kept in this browser, per login.
import { useSyncExternalStore } from 'react';

export interface Prefs {
  theme: 'system' | 'light' | 'dark';
  density: 'comfortable' | 'compact';
  navFolded: boolean;
  /** Hidden columns by table. */
  hidden: Record<string, string[]>;
  /** Last opened records, newest first. */
  recent: { kind: string; code: string; name: string; to: string }[];
}

const PLAIN: Prefs = { theme: 'system', density: 'comfortable', navFolded: false, hidden: {}, recent: [] };

let owner = '';
let now: Prefs = PLAIN;
const listeners = new Set<() => void>();
const place = () => `qudao.prefs.${owner}`;

function read(): Prefs {
  try {
    return { ...PLAIN, ...(JSON.parse(localStorage.getItem(place()) ?? '{}') as Partial<Prefs>) };
  } catch {
    return PLAIN;
  }
}

/** Takes the preferences of whoever signed in; '' before. */
export function preferFor(login: string): void {
  owner = login;
  now = read();
  for (const listener of listeners) listener();
}

export function setPrefs(patch: Partial<Prefs>): void {
  now = { ...now, ...patch };
  localStorage.setItem(place(), JSON.stringify(now));
  for (const listener of listeners) listener();
}

/** Remembers an opened record for the search box. */
export function remember(record: Prefs['recent'][number]): void {
  setPrefs({ recent: [record, ...now.recent.filter((one) => one.to !== record.to)].slice(0, 8) });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const usePrefs = (): Prefs => useSyncExternalStore(subscribe, () => now);

const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const subscribeSystem = (listener: () => void) => {
  darkSystem.addEventListener('change', listener);
  return () => darkSystem.removeEventListener('change', listener);
};

/** Whether the page is dark now. */
export function useDark(): boolean {
  const { theme } = usePrefs();
  const system = useSyncExternalStore(subscribeSystem, () => darkSystem.matches);
  return theme === 'system' ? system : theme === 'dark';
}
