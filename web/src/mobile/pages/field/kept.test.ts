// What is read is kept, and answers where the server does not.
import 'fake-indexeddb/auto';
import { get as stored } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { queries } from '@/api/client';
import type { Me } from '@/api/me';
import { dayPlus, today } from '@/shared/format/time';
import { offline, refused, setup, stop } from '@/testing/field';
import { change, keys, put } from './box';
import { forgetOthers, houseDay, kept, prepare, read, readDay } from './kept';

const me = { login: 'test', name: 'Test', today: '2026-08-31', permissions: [], roles: [] } as unknown as Me;

beforeEach(() => change(async (tx) => tx.clear('keep')));
afterEach(() => {
  vi.unstubAllGlobals();
  queries.clear();
  localStorage.clear();
});

describe('reading', () => {
  it('shows what was kept where the line is broken, and says so', async () => {
    // R0.20
    expect(await read('test', 'x', async () => 1)).toMatchObject({ data: 1, old: false });
    const lost = async (): Promise<number> => {
      throw offline();
    };
    expect(await read('test', 'x', lost)).toMatchObject({ data: 1, old: true });
    await expect(read('test', 'never', lost)).rejects.toThrow('offline');
    await expect(
      read('test', 'x', async () => {
        throw refused('access.caller.no_permission', 403);
      }),
    ).rejects.toThrow('no_permission');
  });

  it('is forgotten when somebody else takes the phone', async () => {
    await put(['keep', 'test', 'setup'], { data: 1, at: 1 });
    await put(['keep', 'other', 'setup'], { data: 2, at: 1 });
    await forgetOthers('test');
    expect(await keys('keep')).toEqual([['keep', 'test', 'setup']]);
  });

  it('counts the day of the house on from when it was known', async () => {
    expect(await houseDay('test', me)).toBe('2026-08-31');
    await put(['keep', 'test', 'clock'], { house: '2026-08-31', phone: dayPlus(today(), -2) });
    expect(await houseDay('test', me)).toBe('2026-09-02');
  });
});

describe('getting ready', () => {
  it('brings the day, its cards, one’s outlets and the last answers, and keeps who is signed in', async () => {
    // R0.20 R7.36
    const asked: string[] = [];
    const last = { visit: 'V0', day: '', manager: '', manager_name: '', scores: [], next: null };
    const one = stop('O1', { last });
    const answers: Record<string, object> = {
      '/field/setup': setup,
      '/field/day': { day: '2026-08-31', plan_version: 1, kind: 'work', stops: [one], travel_minutes: 0 },
      '/field/outlets': {
        rows: [one.outlet, stop('O2').outlet, { ...stop('O3').outlet, closed_from: '2026-01-01' }],
        next: null,
        total: 3,
      },
      '/field/outlets/O2/card': stop('O2'),
      '/field/visits/V0': { sheets: [] },
      '/field/diary': { day: '2026-08-31', tasks: [] },
      '/field/promises': { rows: [], kept: {} },
      '/field/calls/day': { day: '2026-08-31', candidates: [], appointments: [], visits: [] },
    };
    vi.stubGlobal('fetch', async (request: Request) => {
      const at = new URL(request.url).pathname.replace('/api/v1', '');
      asked.push(at);
      return Response.json(answers[at]);
    });
    const steps: number[] = [];
    const done = await prepare(me, (at) => steps.push(at));
    expect(done).toMatchObject({ stops: 1, outlets: 3, missing: 0 });
    expect(steps).toEqual([1, 2]);
    expect(asked.toSorted()).toEqual(Object.keys(answers).toSorted());
    expect(await stored('me')).toMatchObject({ login: 'test' });
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('no network');
    });
    expect((await readDay('test', '2026-08-31')).data.stops[0]!.outlet.code).toBe('O1');
    expect(await kept('test', 'card O2')).toBeDefined();
    expect(await kept('test', 'card O3')).toBeUndefined();
  });
});
