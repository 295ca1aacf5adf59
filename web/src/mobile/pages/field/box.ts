// What the phone keeps of the field, in a store of its own. Keys are lists, so that everything of a visit lies together; a change is one transaction: it
// is there whole or not at all, whatever becomes of the browser.
import { createStore, promisifyRequest } from 'idb-keyval';

const inStore = createStore('qudao-field', 'kept');

export type Key = readonly string[];

const within = (prefix: Key) => IDBKeyRange.bound(prefix, [...prefix, []]);

/** Everything whose key begins so, in the order of keys. */
export const all = <T>(...prefix: string[]): Promise<T[]> => inStore('readonly', (store) => promisifyRequest(store.getAll(within(prefix))));

/** How many there are. */
export const howMany = (...prefix: string[]): Promise<number> =>
  inStore('readonly', (store) => promisifyRequest(store.count(within(prefix))));

/** Keys that begin so. */
export const keys = (...prefix: string[]): Promise<Key[]> =>
  inStore('readonly', (store) => promisifyRequest(store.getAllKeys(within(prefix)))) as Promise<Key[]>;

/** One, or nothing. */
export const get = <T>(...key: string[]): Promise<T | undefined> =>
  inStore('readonly', (store) => promisifyRequest(store.get(key as string[]))) as Promise<T | undefined>;

/** What a change may do. */
export interface Tx {
  get: <T>(...key: string[]) => Promise<T | undefined>;
  all: <T>(...prefix: string[]) => Promise<T[]>;
  keys: (...prefix: string[]) => Promise<Key[]>;
  put: (key: Key, value: unknown) => void;
  del: (key: Key) => void;
  /** Everything whose key begins so. */
  clear: (...prefix: string[]) => void;
}

/** Reads and writes as one; nothing is awaited within but the store. Whoever shows what is kept is told afterwards. */
export async function change<T>(run: (tx: Tx) => Promise<T>): Promise<T> {
  const done = await inStore('readwrite', async (store) => {
    const tx: Tx = {
      get: <V>(...key: string[]) => promisifyRequest(store.get(key)) as Promise<V | undefined>,
      all: <V>(...prefix: string[]) => promisifyRequest(store.getAll(within(prefix))) as Promise<V[]>,
      keys: (...prefix) => promisifyRequest(store.getAllKeys(within(prefix))) as unknown as Promise<Key[]>,
      put: (key, value) => void store.put(value, key as string[]),
      del: (key) => void store.delete(key as string[]),
      clear: (...prefix) => void store.delete(within(prefix)),
    };
    const found = await run(tx);
    await promisifyRequest(store.transaction);
    return found;
  });
  tell();
  return done;
}

/** Keeps one thing. */
export const put = (key: Key, value: unknown): Promise<void> => change(async (tx) => tx.put(key, value));

const listeners = new Set<() => void>();

/** Calls back after every change on this page. */
export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function tell(): void {
  for (const listener of listeners) listener();
}
