// The verbs as they are sent: each once, on the version that was seen. R8.35 R8.44
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import { act, keeper, offered } from './acts';

const sentTo = (status = 200, body: object = { id: 'BB1', version: 4, state: 'in_review' }) => {
  const calls: { method: string; path: string; headers: Headers; body: unknown }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const text = await request.text();
    calls.push({
      method: request.method,
      path: new URL(request.url).pathname,
      headers: request.headers,
      body: text ? JSON.parse(text) : undefined,
    });
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  });
  return calls;
};

afterEach(() => vi.unstubAllGlobals());

const TARGET = { id: 'BB1', version: 3, key: 'a-key-of-mine' };

describe('a verb', () => {
  it('names the version it was seen in and a key of its own', async () => {
    const calls = sentTo();
    const done = await act('agree', TARGET, { text: 'fine', edits: { note: null }, signature: 'cGlj' });
    expect(done.version).toBe(4);
    expect(calls[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/applications/BB1/agree',
      body: { text: 'fine', edits: { note: null }, signature: 'cGlj' },
    });
    expect(calls[0]!.headers.get('if-match')).toBe('"3"');
    expect(calls[0]!.headers.get('idempotency-key')).toBe('a-key-of-mine');
  });

  it.each([
    ['save', 'PUT', '', { form: { a: 1 } }],
    ['submit', 'POST', '/submit', undefined],
    ['reject', 'POST', '/reject', { text: 'no' }],
    ['hand_over', 'POST', '/hand-over', { to: 'wang', text: 'no' }],
    ['add_before', 'POST', '/add', { to: ['wang'], before: true, text: 'no' }],
    ['add_after', 'POST', '/add', { to: ['wang'], before: false, text: 'no' }],
    ['remove', 'POST', '/remove', { turn: 7, text: 'no' }],
    ['return', 'POST', '/return', { to: 'manager', straight: true, text: 'no' }],
    ['take_back', 'POST', '/take-back', { text: 'no' }],
    ['urge', 'POST', '/urge', { text: 'no' }],
    ['copy', 'POST', '/copy', { to: ['wang'], text: 'no' }],
    ['comment', 'POST', '/comment', { text: 'no', mention: ['wang'] }],
    ['cancel', 'POST', '/cancel', { text: 'no' }],
    ['execute', 'POST', '/execute', { text: 'no', edits: { a: 1 } }],
  ] as const)('%s goes where the server takes it', async (verb, method, tail, body) => {
    const calls = sentTo();
    await act(verb, TARGET, { text: 'no', to: ['wang'], step: 'manager', straight: true, turn: 7, edits: { a: 1 } });
    expect(calls[0]).toMatchObject({ method, path: `/api/v1/applications/BB1${tail}` });
    expect(calls[0]!.body).toEqual(body);
  });

  it('leads back to the applicant where no step is named', async () => {
    const calls = sentTo();
    await act('return', TARGET, { text: 'more, please', step: '' });
    expect(calls[0]!.body).toEqual({ straight: false, text: 'more, please' });
  });

  it('throws what is refused', async () => {
    sentTo(409, { code: 'platform.db.stale', detail: 'changed', status: 409, title: '', type: '', trace_id: 't' });
    await expect(act('agree', TARGET)).rejects.toMatchObject({ code: 'platform.db.stale' } satisfies Partial<ApiError>);
  });
});

describe('verbs', () => {
  it('stand in the order people look for them, and none that is not offered', () => {
    expect(offered(['comment', 'reject', 'agree', 'unheard'])).toEqual(['agree', 'reject', 'comment']);
  });

  it('keep their key while the same is tried again', () => {
    const key = keeper();
    const first = key(['agree', 1]);
    expect(key(['agree', 1])).toBe(first);
    expect(key(['agree', 2])).not.toBe(first);
  });
});
