// A lost connection costs nothing that was typed, and repeats nothing.
import 'fake-indexeddb/auto';
import { QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { draftOf, drop, type Business } from './draft';
import { useTake } from './useTake';

const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;

const recharge = { id: 'recharge', lines: [] as string[], card: false, subscriber: true, identity: false } as unknown as Business;

interface Call {
  path: string;
  key: string | null;
  match: string | null;
  body: unknown;
}

let calls: Call[] = [];

type Answer = object | number | { refused: string; status: number };

/** Answers by method and path; 0 where the connection is lost after the server heard it. */
function serve(answers: Record<string, () => Answer>) {
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = `${request.method} ${new URL(request.url).pathname.replace('/api/v1', '')}`;
    const body = request.method === 'GET' ? undefined : await request.json();
    calls.push({ path, key: request.headers.get('Idempotency-Key'), match: request.headers.get('If-Match'), body });
    const answer = answers[path]?.() ?? { refused: 'test.none', status: 404 };
    if (answer === 0) throw new TypeError('lost');
    const refused = answer as { refused?: string; status: number };
    return refused.refused
      ? Response.json({ code: refused.refused, detail: refused.refused, status: refused.status }, { status: refused.status })
      : Response.json(answer);
  });
}

const whole = (version: number, state = 'draft', sha256 = 'a') => ({
  order: { id: 'OD1', version, state, business: 'recharge', amount: 5000 },
  items: [{ product: '' }],
  offer: { fees: [], total: 5000, terms: [], sha256 },
  identity: null,
  acts: state === 'draft' ? ['rewrite', 'submit', 'cancel'] : [],
});

const begun = async () => {
  const { result } = renderHook(() => useTake('clerk', undefined), { wrapper });
  await waitFor(() => expect(result.current.draft).toBeDefined());
  act(() => result.current.change({ step: 'wanted' }));
  act(() => result.current.type({ business: 'recharge', subscriber: '19900000100', amount: '50' }));
  return result;
};

const posts = () => calls.filter((call) => call.path === 'POST /orders');

beforeAll(() => startTexts(texts));
beforeEach(async () => {
  calls = [];
  queries.clear();
  await drop('clerk');
});
afterEach(() => vi.unstubAllGlobals());

describe('taking an order', () => {
  it('sends the same request under the same key after a lost answer', async () => {
    let lost = true;
    serve({ 'POST /orders': () => (lost ? 0 : { id: 'OD1', version: 1, state: 'draft' }), 'GET /orders/OD1': () => whole(1) });
    const result = await begun();
    await act(() => result.current.save(recharge));
    expect(result.current.refused).toMatchObject({ status: 0 });
    expect(result.current.draft).toMatchObject({ step: 'wanted', typed: { subscriber: '19900000100', amount: '50' } });
    await waitFor(async () => expect((await draftOf('clerk'))?.typed.amount).toBe('50'));
    lost = false;
    await act(() => result.current.save(recharge));
    expect(result.current.draft).toMatchObject({ step: 'terms', order: { id: 'OD1', version: 1 } });
    expect(posts()).toHaveLength(2);
    expect(posts()[0]!.key).toBe(posts()[1]!.key);
  });

  it('writes nothing anew that did not change', async () => {
    serve({
      'POST /orders': () => ({ id: 'OD1', version: 1, state: 'draft' }),
      'PUT /orders/OD1': () => ({ id: 'OD1', version: 2, state: 'draft' }),
      'GET /orders/OD1': () => whole(calls.some((call) => call.path.startsWith('PUT')) ? 2 : 1),
    });
    const result = await begun();
    await act(() => result.current.save(recharge));
    await act(() => result.current.save(recharge));
    expect(calls.filter((call) => call.path.startsWith('PUT'))).toHaveLength(0);
    act(() => result.current.type({ amount: '60' }));
    await act(() => result.current.save(recharge));
    expect(calls.find((call) => call.path.startsWith('PUT'))).toMatchObject({ match: '"1"', body: { amount: 6000 } });
    expect(result.current.draft?.order).toEqual({ id: 'OD1', version: 2 });
  });

  it('shows an offer that changed anew instead of sending the old one', async () => {
    // R6.12
    let changed = true;
    serve({
      'POST /orders': () => ({ id: 'OD1', version: 1, state: 'draft' }),
      'PUT /orders/OD1': () => ({ id: 'OD1', version: 2, state: 'draft' }),
      'GET /orders/OD1': () => whole(1),
      'POST /orders/OD1/submit': () =>
        changed ? { refused: 'orders.terms.changed', status: 409 } : { id: 'OD1', version: 3, state: 'effective' },
    });
    const result = await begun();
    await act(() => result.current.save(recharge));
    await act(() => result.current.submit('a', recharge));
    expect(result.current.refused).toMatchObject({ code: 'orders.terms.changed' });
    expect(result.current.sent).toBeUndefined();
    expect(result.current.draft?.order).toEqual({ id: 'OD1', version: 2 });
    changed = false;
    await act(() => result.current.submit('b', recharge));
    expect(calls.at(-1)).toMatchObject({ path: 'POST /orders/OD1/submit', match: '"2"', body: { sha256: 'b', consent: false } });
    expect(result.current.sent).toBe('OD1');
    expect(await draftOf('clerk')).toBeUndefined();
  });

  it('keeps what was typed when it is refused', async () => {
    // R1.9
    serve({
      'POST /orders': () => ({ id: 'OD1', version: 1, state: 'draft' }),
      'GET /orders/OD1': () => whole(1),
      'POST /orders/OD1/submit': () => ({ refused: 'acceptance.suspended', status: 403 }),
    });
    const result = await begun();
    await act(() => result.current.save(recharge));
    await act(() => result.current.submit('a', recharge));
    expect(result.current.refused).toMatchObject({ code: 'acceptance.suspended', status: 403 });
    expect(result.current.draft).toMatchObject({ step: 'terms', typed: { amount: '50' } });
  });

  it('finds that it was sent when the answer was lost', async () => {
    let sent = false;
    serve({
      'POST /orders': () => ({ id: 'OD1', version: 1, state: 'draft' }),
      'GET /orders/OD1': () => whole(sent ? 2 : 1, sent ? 'effective' : 'draft'),
      'POST /orders/OD1/submit': () => {
        sent = true;
        return { refused: 'platform.db.stale', status: 409 };
      },
    });
    const result = await begun();
    await act(() => result.current.save(recharge));
    await act(() => result.current.submit('a', recharge));
    expect(result.current.sent).toBe('OD1');
    expect(await draftOf('clerk')).toBeUndefined();
  });
});
