// A visit on the screen: how few taps a clean one takes, what stops it and what never does.
import 'fake-indexeddb/auto';
import { QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import { startTexts } from '@/i18n';
import { texts } from '@/i18n/phone';
import { setup, stop } from '@/testing/field';
import { Toast } from '../../kit';
import { change } from './box';
import { fieldsOf, unsentOf, visitsOf, writesOf } from './draft';
import { one, path, type CheckIn, type Ending, type Goal, type StepRecord } from './records';
import routes from './routes';

vi.mock('./photo', async (original) => ({
  ...(await original<object>()),
  shoot: async (file: File, mark: { outlet: string }) => {
    const sha256 = Array.from({ length: 64 }, (_, at) => (file.name.charCodeAt(at % file.name.length) % 16).toString(16)).join('');
    return { sha256, blob: file, fact: { taken_us: 1, position: null, live: true, outlet: mark.outlet, bytes: file.size } };
  },
}));

const right = (item: string, answer: unknown) => ({ item, answer, evidence: 'seen', photos: [], note: '', failed: false });

const whole = {
  sheets: [
    {
      template: 'visit_basics',
      answers: [right('sign', { yes_no: true }), right('tidy', { grade: 2 }), right('shelf', { grade: 2 }), right('facings', { count: 6 })],
    },
  ],
};

const last = { visit: 'V0', day: '2026-08-24', manager: 'test', manager_name: 'Test', scores: [], next: null };

let taps = 0;
let letters = 0;

/** The pages of the field at an address, with a server that has a day and loses every upload. */
function open(stops: object[], at = '/field') {
  queries.clear();
  const me = { login: 'test', name: 'Test', permissions: ['visit.make', 'visit.plan'], roles: [], today: '2026-08-31' };
  queries.setQueryData(['me'], me);
  const answers: Record<string, object> = {
    '/field/setup': setup,
    '/field/day': { day: '2026-08-31', plan_version: 1, kind: 'work', stops, travel_minutes: 20 },
    '/field/visits/V0': whole,
  };
  vi.stubGlobal('fetch', async (request: Request) => {
    const found = request.method === 'GET' ? answers[new URL(request.url).pathname.replace('/api/v1', '')] : undefined;
    if (!found) throw new TypeError('no network');
    return Response.json(found);
  });
  const root = createRootRoute({ component: () => <Outlet /> });
  const children = routes.map(({ path, page }) => createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(page) }));
  const router = createRouter({ routeTree: root.addChildren(children), history: createMemoryHistory({ initialEntries: [at] }) });
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router as never} />
      <Toast />
    </QueryClientProvider>,
  );
  return router;
}

const user = userEvent.setup();

const tap = async (element: HTMLElement) => {
  taps += 1;
  await user.click(element);
};

/** A tap on the button of the camera, and one on its shutter. */
const photo = async (button: RegExp, name: string) => {
  taps += 2;
  const input = (await screen.findByText(button)).closest('label')!.querySelector('input')!;
  await user.upload(input, new File([name], name, { type: 'image/jpeg', lastModified: Date.now() }));
};

const visit = async () => {
  const [found] = await visitsOf('test');
  return { ...found!, fields: await fieldsOf('test', found!.id) };
};

beforeAll(() => startTexts(texts, ['phone', 'phoneField']));
beforeEach(async () => {
  taps = 0;
  letters = 0;
  await change(async (tx) => ['visit', 'write', 'field', 'photo', 'task', 'keep'].forEach((kind) => tx.clear(kind)));
});
afterEach(() => vi.unstubAllGlobals());

describe('a visit', () => {
  it('where all is as it was takes six taps and no typing', async () => {
    // R7.34 R7.54 R7.57 R7.58: four taps on the page and two on the shutter of the camera
    window.addEventListener('keydown', () => (letters += 1));
    const router = open([
      stop('O1', {
        last,
        purposes: ['keep'],
        contacts: [{ name: 'Owner', post: '', power: 'decides', attitude: 'for', needs: '', phone: '' }],
      }),
    ]);
    await tap(await screen.findByRole('link', { name: /Shop O1/ }));
    await photo(/拍门头并签到/, 'door');
    await photo(/拍货架，其余同上次/, 'shelf');
    await tap(await screen.findByRole('button', { name: '离店并提交报告' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/field'));
    expect([taps, letters]).toEqual([6, 0]);

    const { id, fields, header } = await visit();
    expect(header).toMatchObject({ outlet: 'O1', planned_on: '2026-08-31', purposes: ['keep'], templates: { visit_basics: 1 } });
    const entered = one<CheckIn>(fields, path.checkIn)!;
    expect(entered).toMatchObject({ position: null, met: [] });
    expect(fields[path.photo(entered.door!)]).toMatchObject({ live: true, outlet: 'O1' });
    expect(fields['answer.visit_basics.facings']).toMatchObject({ answer: { count: 6 }, evidence: 'seen', photos: [] });
    expect((fields['answer.visit_basics.shelf'] as { photos: string[] }).photos).toHaveLength(1);
    expect(one<Ending>(fields, path.ending)?.next).toMatchObject({ owner: 'test', due_on: '2026-09-07' });
    expect(one<Goal>(fields, path.goal('keep'))).toMatchObject({ achieved: true, reason: '按计划完成' });
    // Every step is done, or left out with a reason (N31).
    const steps = setup.steps.map((step) => one<StepRecord>(fields, path.step(step.id))!);
    expect(steps.map((step) => step.skipped)).toEqual([false, false, false, false, true, true, true, false, true, false, false]);
    expect(steps.every((step) => !step.skipped || step.reason !== '')).toBe(true);
    expect(one(fields, path.report)).toBeGreaterThan(0);
    // Nothing of it left the phone, and all of it is there.
    expect((await unsentOf('test')).photos).toBe(2);
    expect((await writesOf('test', id)).length).toBeGreaterThan(20);
    expect(await screen.findByText('待提交')).toBeTruthy();
  });

  it('begins with an intended solution for every open issue', async () => {
    // R7.42
    const issues = [{ id: 'visit_basics.sign', kind: 'correction', text: 'Sign', since: '2026-08-24', due_on: null, overdue: false }];
    open([stop('O1', { last, issues })], '/field/visit/O1');
    expect((await screen.findByRole<HTMLButtonElement>('button', { name: '签到' })).disabled).toBe(true);
    await tap(await screen.findByRole('button', { name: '带物料解决' }));
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: '签到' }).disabled).toBe(false));
    await tap(screen.getByRole('button', { name: '签到' }));
    await screen.findByText('拍货架，其余同上次');
    expect((await visit()).fields['issue.visit_basics.sign']).toEqual({ text: '带物料解决', solved: false });
  });

  it('does not end while something failed and nothing was said about it', async () => {
    // R7.265
    open([stop('O1')], '/field/visit/O1');
    await tap(await screen.findByRole('button', { name: '签到' }));
    const leave = () => screen.getByRole<HTMLButtonElement>('button', { name: '离店并提交报告' });
    await screen.findByText(/还有 4 项必答项目/);
    expect(leave().disabled).toBe(true);
    await tap(await screen.findByRole('link', { name: /check/ }));
    await tap(await screen.findByRole('link', { name: /Basics/ }));
    const answer = (item: string, name: string) => within(screen.getByRole('group', { name: item })).getByRole('button', { name });
    await screen.findByRole('group', { name: 'sign' });
    await tap(answer('sign', '否'));
    await tap(answer('tidy', '好'));
    await tap(answer('shelf', '好'));
    await screen.findByText('要有照片才计分');
    await tap(screen.getByRole('button', { name: /增加facings/ }));
    await tap(await screen.findByRole('button', { name: /还有 0 项未答/ }));
    await screen.findByRole('heading', { name: '离店前整改' });
    for (const button of await screen.findAllByRole('button', { name: '列为任务' })) await tap(button);
    await tap(screen.getByRole('link', { name: '返回' }));
    await waitFor(() => expect(leave().disabled).toBe(false));
    const { fields } = await visit();
    expect(fields['fix.visit_basics.sign']).toMatchObject({ act: 'task', due_on: '2026-09-07' });
  });

  it('goes on where it stood after the page was killed', async () => {
    // R0.24
    open([stop('O1', { last })], '/field/visit/O1');
    await tap(await screen.findByRole('button', { name: '签到' }));
    await screen.findByText('拍货架，其余同上次');
    document.body.innerHTML = '';
    const router = open([stop('O1', { last })]);
    expect(await screen.findByText('进行中')).toBeTruthy();
    await tap(await screen.findByRole('link', { name: /Shop O1/ }));
    await photo(/拍货架，其余同上次/, 'shelf');
    await tap(await screen.findByRole('button', { name: '离店并提交报告' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/field'));
    expect(await visitsOf('test')).toHaveLength(1);
  });
});
