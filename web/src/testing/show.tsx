// Draws a page as the frame does, with a person and a server that answers by method and path.
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { App, ConfigProvider } from 'antd';
import type { ComponentType } from 'react';
import { vi } from 'vitest';
import { queries } from '@/api/client';
import { parseSearch, stringifySearch } from '@/shared/url';

export interface Call {
  path: string;
  search: string;
  match: string | null;
  body: unknown;
}

interface Served {
  permissions: readonly string[];
  /** By `METHOD /path` below /api/v1; what is not named is an empty list. */
  answers: Record<string, object>;
}

/** The server; gives the calls it gets. */
export function serve({ permissions, answers }: Served): Call[] {
  const calls: Call[] = [];
  queries.clear();
  const me = { login: 'test', name: 'Test', permissions, roles: [] };
  queries.setQueryData(['me'], me);
  vi.stubGlobal('fetch', async (request: Request) => {
    const url = new URL(request.url);
    const path = `${request.method} ${url.pathname.replace('/api/v1', '')}`;
    const sent = request.method === 'GET' ? '' : await request.text();
    const body: unknown = sent ? JSON.parse(sent) : undefined;
    calls.push({ path, search: url.search, match: request.headers.get('If-Match'), body });
    return Response.json(answers[path] ?? (path === 'GET /me' ? me : { items: [], next: null, total: 0 }));
  });
  return calls;
}

/** The page at an address; `path` names its parameters. */
export function show(Page: ComponentType, at: string, path = at.split('?')[0]!) {
  const root = createRootRoute();
  const routeTree = root.addChildren([createRoute({ getParentRoute: () => root, path, component: () => <Page /> })]);
  const history = createMemoryHistory({ initialEntries: [at] });
  const router = createRouter({ routeTree, history, parseSearch, stringifySearch });
  render(
    <QueryClientProvider client={queries}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <App>
          <RouterProvider router={router as never} />
        </App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
  return history;
}
