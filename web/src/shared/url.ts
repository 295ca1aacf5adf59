// Filters, pages and opened records live in the address: what is on the screen can be shared, and Back works.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Parameters of the address. Several values of one are a comma list. */
export type Params = Record<string, string>;
export type Patch = Record<string, string | number | null | undefined>;

/** For the router: plain texts, no JSON. */
export const parseSearch = (search: string): Params => Object.fromEntries(new URLSearchParams(search));

export function stringifySearch(params: Record<string, unknown>): string {
  const pairs = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text ? `?${text}` : '';
}

/** The parameters, and a way to change some of them. An empty value takes a parameter away. */
export function useUrl(): [Params, (patch: Patch, how?: { replace?: boolean }) => void] {
  const params = useSearch({ strict: false }) as Params;
  const navigate = useNavigate();
  const change = useCallback(
    (patch: Patch, how?: { replace?: boolean }) => {
      void navigate({
        to: '.',
        replace: how?.replace ?? false,
        resetScroll: false,
        search: ((before: Params) => {
          const after: Record<string, unknown> = { ...before, ...patch };
          return Object.fromEntries(
            Object.entries(after)
              .filter(([, value]) => value !== undefined && value !== null && value !== '')
              .map(([key, value]) => [key, String(value)]),
          );
        }) as never,
      });
    },
    [navigate],
  );
  return [params, change];
}
