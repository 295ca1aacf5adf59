// Appearance of the phone pages, kept on the phone.
import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export type Size = 'normal' | 'large';

const KEPT = 'qudao.phone';
const listeners = new Set<() => void>();
const darkSystem = matchMedia('(prefers-color-scheme: dark)');

let now: { theme: Theme; size: Size } = { theme: 'system', size: 'normal', ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as object) };

/** Puts the appearance on the page. */
export function dress(): void {
  const isDark = now.theme === 'system' ? darkSystem.matches : now.theme === 'dark';
  document.documentElement.dataset.mode = isDark ? 'dark' : 'light';
  document.documentElement.dataset.size = now.size;
}

darkSystem.addEventListener('change', dress);

export function setAppearance(patch: Partial<typeof now>): void {
  now = { ...now, ...patch };
  localStorage.setItem(KEPT, JSON.stringify(now));
  dress();
  for (const listener of listeners) listener();
}

export const useAppearance = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
