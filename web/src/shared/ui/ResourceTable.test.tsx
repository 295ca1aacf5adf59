import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ConfigProvider } from 'antd';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { parseSearch, stringifySearch, type Params } from '@/shared/url';
import { ResourceTable, type Rows } from './ResourceTable';

interface Row {
  code: string;
}

beforeAll(() => startTexts(texts));

const page = (codes: string[], next: string | null = null): Rows<Row> => ({ items: codes.map((code) => ({ code })), next, total: 60 });

function show(load: (query: Params) => Promise<Rows<Row>>, at = '/') {
  const Table = () => (
    <ResourceTable<Row>
      id="test"
      label="table"
      rowKey={(row) => row.code}
      columns={[{ key: 'code', title: 'Code', sorter: true, render: (_, row) => row.code }]}
      filters={[{ kind: 'text', name: 'q', label: 'Query' }]}
      load={load}
      whenEmpty="first one"
    />
  );
  const root = createRootRoute({ component: Table });
  const history = createMemoryHistory({ initialEntries: [at] });
  const router = createRouter({ routeTree: root, history, parseSearch, stringifySearch });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <RouterProvider router={router as never} />
      </ConfigProvider>
    </QueryClientProvider>,
  );
  return history;
}

describe('ResourceTable', () => {
  it('asks for what the address says, and puts filters, sort and page into it', async () => {
    const load = vi.fn(async (query: Params) => (query.after ? page(['B1']) : page(['A1'], '50')));
    const history = show(load, '/?q=abc');
    expect(await screen.findByText('A1')).toBeTruthy();
    expect(load.mock.calls[0]?.[0]).toEqual({ q: 'abc' });
    await userEvent.click(screen.getByRole('button', { name: '下一页' }));
    expect(await screen.findByText('B1')).toBeTruthy();
    expect(history.location.search).toBe('?q=abc&after=50');
    const box = screen.getByLabelText('Query');
    await userEvent.clear(box);
    await userEvent.type(box, 'xyz{Enter}');
    await waitFor(() => expect(history.location.search).toBe('?q=xyz'));
    await userEvent.click(screen.getAllByText('Code')[0]!);
    await waitFor(() => expect(history.location.search).toBe('?q=xyz&sort=code'));
  });

  it('exports every page in the words of the screen, with the filter that is on', async () => {
    const load = vi.fn(async (query: Params) => (query.after ? page(['B1']) : page(['A1', '=A2'], '50')));
    let file: Blob | undefined;
    vi.stubGlobal(
      'URL',
      Object.assign(URL, { createObjectURL: (blob: Blob) => ((file = blob), 'blob:x'), revokeObjectURL: () => undefined }),
    );
    show(load, '/?q=abc');
    await screen.findByText('A1');
    await userEvent.click(screen.getByRole('button', { name: '导出全部' }));
    await waitFor(() => expect(file).toBeDefined());
    expect(await file!.text()).toBe("\ufeffCode\r\nA1\r\n'=A2\r\nB1\r\n");
    expect(load.mock.calls.slice(1).map(([query]) => query)).toEqual([
      { q: 'abc', limit: '500' },
      { q: 'abc', limit: '500', after: '50' },
    ]);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('tells an empty list from a filter without a result', async () => {
    show(async () => ({ items: [], next: null, total: 0 }));
    expect(await screen.findByText('first one')).toBeTruthy();
  });

  it('says what did not match, and resets', async () => {
    const history = show(async () => ({ items: [], next: null, total: 0 }), '/?q=none');
    expect(await screen.findByText('没有符合条件的记录')).toBeTruthy();
    await userEvent.click(screen.getAllByRole('button', { name: '重置' })[0]!);
    await waitFor(() => expect(history.location.search).toBe(''));
  });

  it('shows a refusal with its trace id and no count', async () => {
    show(async () => {
      throw new ApiError({ type: '', title: '', status: 500, code: 'serve.failed', detail: 'broken', trace_id: 't-17' });
    });
    expect(await screen.findByText('broken')).toBeTruthy();
    expect(screen.getByText(/t-17/)).toBeTruthy();
    expect(screen.queryByText(/60/)).toBeNull();
    expect(screen.getByRole('button', { name: '重试' })).toBeTruthy();
  });
});
