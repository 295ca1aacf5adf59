// Somebody else was quicker: nothing of theirs is undone unseen, and nothing is sent that is not on the screen. R0.24
import { QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queries, type Schema } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/console';
import { fill as filledFrom, type Change, type Field, type Flow } from './form';
import { useFill } from './useFill';
import { useKeep } from './useKeep';
import { useSeen } from './useSeen';

type Whole = Schema<'ApplicationWhole'>;

const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;

const fields = [
  { id: 'request', title: '请求', kind: 'text' },
  { id: 'cost', title: '涉及金额', kind: 'money' },
] as Field[];
const flow = { id: 'exception', fields, posts: [] as Flow['posts'] } as Flow;

const whole = (version: number, form: Whole['form'], history: Whole['history'] = []) =>
  ({
    head: { id: 'LW1', flow: 'exception', version, state: 'in_review', step_title: '主管审批', holders: [] as Whole['head']['holders'] },
    flow,
    form,
    history,
    names: {},
    files: [] as Whole['files'],
    editable: ['request', 'cost'],
  }) as Whole;

let calls: { path: string; body: unknown; match: string | null }[] = [];

/** Answers by method and path; `undefined` where somebody else was quicker. */
function serve(answers: Record<string, () => object | undefined>) {
  vi.stubGlobal('fetch', async (request: Request) => {
    const path = `${request.method} ${new URL(request.url).pathname.replace('/api/v1', '')}`;
    const text = await request.text();
    calls.push({ path, body: text ? JSON.parse(text) : undefined, match: request.headers.get('if-match') });
    const found = (answers[path] ?? (() => ({ hidden: [], wrong: [], way: [], barred: null })))();
    const body = found ?? { code: 'platform.db.stale', detail: 'changed', status: 409, title: '', type: '', trace_id: 't' };
    return new Response(JSON.stringify(body), { status: found ? 200 : 409, headers: { 'content-type': 'application/json' } });
  });
}

beforeAll(() => startTexts(texts, ['flows']));
beforeEach(() => {
  calls = [];
  queries.clear();
});
afterEach(() => vi.unstubAllGlobals());

describe('a decision', () => {
  it('shows what was changed meanwhile, and changes only what one changed oneself', async () => {
    serve({});
    const fresh = whole(3, { request: '延期', cost: 750_001 });
    const { result, rerender } = renderHook(({ now }) => useSeen('agree', now, async () => fresh), {
      wrapper,
      initialProps: { now: whole(2, { request: '延期', cost: 800_000 }) },
    });
    act(() => result.current.fill.set('request', '延期两天'));
    // The page around it has read it anew already.
    rerender({ now: fresh });
    expect(result.current.version).toBe(2);
    expect(result.current.edits()).toEqual({ request: '延期两天' });
    let changes: Change[] = [];
    await act(async () => {
      changes = await result.current.stale();
    });
    expect(changes).toEqual([{ name: '涉及金额', before: '¥8,000.00', after: '¥7,500.01' }]);
    expect(result.current.version).toBe(3);
    expect(result.current.fill.filled).toEqual({ request: '延期两天', cost: '7500.01' });
    expect(result.current.edits()).toEqual({ request: '延期两天' });
  });
});

describe('a draft', () => {
  it('is kept as it is on the screen before it is sent, though nothing was typed since', async () => {
    let tries = 0;
    serve({
      'POST /applications/LW1/submit': () => ((tries += 1) === 1 ? undefined : { id: 'LW1', version: 4, state: 'in_review' }),
      'GET /applications/LW1': () => whole(2, { request: '别的' }),
      'PUT /applications/LW1': () => ({ id: 'LW1', version: 3, state: 'draft' }),
    });
    const kept = { id: 'LW1', version: 1, form: { request: '延期' }, files: [], names: {} };
    const { result } = renderHook(
      () => {
        const fill = useFill({ flow: flow.id, fields, start: filledFrom(fields, kept.form) });
        return useKeep({ flow, fields, fill, kept });
      },
      { wrapper },
    );
    await act(() => result.current.submit());
    expect(result.current.changes).toEqual([{ name: '请求', before: '延期', after: '别的' }]);
    expect(result.current.dirty()).toBe(true);
    expect(calls.some((call) => call.path.startsWith('PUT'))).toBe(false);
    await act(() => result.current.submit());
    const sent = calls.filter((call) => call.match !== null).slice(1);
    expect(sent).toEqual([
      { path: 'PUT /applications/LW1', body: { form: { request: '延期' } }, match: '"2"' },
      { path: 'POST /applications/LW1/submit', body: undefined, match: '"3"' },
    ]);
  });
});
