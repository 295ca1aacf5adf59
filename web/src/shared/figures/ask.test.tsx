import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { useFigures, type Question } from './ask';

beforeAll(() => startTexts(texts));
afterEach(() => void vi.unstubAllGlobals());

const AUGUST: Question = { metrics: ['activations'], by: ['channel'], from: '2026-08-01', to: '2026-08-31' };

it.each([
  ['stays for other days', { from: '2026-07-01', to: '2026-07-31' }, true],
  ['stays for another part of the network', { filters: [{ dimension: 'territory', values: ['3609'] }] }, true],
  ['goes with its metric', { metrics: ['effective_orders'] }, false],
  ['goes with what it was split by', { by: ['outlet'] }, false],
  ['goes with its columns', { across: 'weekday' }, false],
] as [string, Partial<Question>, boolean][])('the answer before %s while the next is counted', async (_, change, stays) => {
  const first = { total: [], rows: [] };
  const answers = vi.fn(async () => (answers.mock.calls.length === 1 ? Response.json(first) : new Promise<Response>(() => undefined)));
  vi.stubGlobal('fetch', answers);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const shown = renderHook((question: Question) => useFigures(question), { wrapper, initialProps: AUGUST });
  await waitFor(() => expect(shown.result.current.data).toEqual(first));
  shown.rerender({ ...AUGUST, ...change });
  await waitFor(() => expect(answers).toHaveBeenCalledTimes(2));
  expect(shown.result.current.data).toEqual(stays ? first : undefined);
});
