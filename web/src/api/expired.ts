// A session that ended while somebody was typing: one dialog asks to sign in again, every waiting call goes on afterwards.
import { useSyncExternalStore } from 'react';

let asking = false;
let waiting: ((again: boolean) => void)[] = [];
const listeners = new Set<() => void>();

const tell = () => {
  for (const listener of listeners) listener();
};

/** Opens the dialog; resolves once somebody signed in (`true`) or turned away (`false`). */
export function askToSignIn(): Promise<boolean> {
  asking = true;
  tell();
  return new Promise((resolve) => waiting.push(resolve));
}

/** The dialog's end. */
export function answerSignIn(again: boolean): void {
  const all = waiting;
  waiting = [];
  asking = false;
  for (const resolve of all) resolve(again);
  tell();
}

/** Whether the dialog is to be shown. */
export function useSignInAsked(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asking,
  );
}
