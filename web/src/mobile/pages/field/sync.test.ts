// @vitest-environment node
// Nothing that was written is lost or there twice, whatever becomes of the line, the browser, and the order of things.
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fake, setup, stop } from '@/testing/field';
import { change, howMany } from './box';
import {
  begin,
  discard,
  fieldsOf,
  picturesOf,
  renew,
  settle,
  sweep,
  total,
  unsentOf,
  visitOf,
  visitsOf,
  widen,
  write,
  writesOf,
  type Shot,
  type Visit,
} from './draft';
import { path } from './records';
import { goalsFor } from './steps';
import { retry, sendAll } from './sync';
import { keepTask } from './tasks';

const ME = 'test';
const RULES = { device: 'D1', writes: 7, part: 10 };

const begun = (code: string): Promise<Visit> =>
  begin({
    owner: ME,
    stop: stop(code),
    day: '2026-08-31',
    planned: true,
    purposes: ['keep'],
    templates: setup.templates,
    changes: goalsFor(setup, stop(code), ['keep']),
  });

const hex = (bytes: ArrayBuffer) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

async function shot(text: string, outlet: string): Promise<Shot> {
  const blob = new Blob([text.padEnd(35, '.')], { type: 'image/jpeg' });
  const fact = { taken_us: 1, position: null, live: true, outlet, bytes: blob.size };
  return { sha256: hex(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())), blob, fact };
}

const send = (server: Fake) => sendAll(ME, server, RULES);

/** Chance that is the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

beforeEach(() => change(async (tx) => ['visit', 'write', 'field', 'photo', 'task', 'keep'].forEach((kind) => tx.clear(kind))));

describe('writing', () => {
  it('keeps a small item for each change, and what holds', async () => {
    // R0.24
    const { id } = await begun('O1');
    await write(ME, id, [{ path: path.step('greet'), value: { skipped: false, reason: '', at_us: 1 } }]);
    await write(ME, id, [{ path: path.step('greet'), value: { skipped: true, reason: 'shut', at_us: 2 } }]);
    await write(ME, id, [{ path: path.step('greet'), value: { skipped: true, reason: 'shut', at_us: 2 } }]);
    const writes = await writesOf(ME, id);
    expect(writes.map((one) => [one.path, one.seq])).toEqual([
      ['goal.keep', 1],
      ['step.greet', 2],
      ['step.greet', 3],
    ]);
    expect(writes[2]!.replaces).toEqual([writes[1]!.id]);
    expect(writes.every((one) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(one.id))).toBe(true);
    expect((await fieldsOf(ME, id))['step.greet']).toEqual({ skipped: true, reason: 'shut', at_us: 2 });
  });

  it('goes on with the visit of that outlet and day', async () => {
    const first = await begun('O1');
    expect((await begun('O1')).id).toBe(first.id);
    expect((await begun('O2')).id).not.toBe(first.id);
    expect(await visitOf('other', first.id)).toBeUndefined();
  });

  it('keeps a photo and what names it as one, and takes both away as one', async () => {
    const { id } = await begun('O1');
    const door = await shot('door', 'O1');
    await write(ME, id, [], [door]);
    expect((await picturesOf(ME, id)).map((one) => one.sha256)).toEqual([door.sha256]);
    await discard(ME, id, door.sha256, []);
    expect(await picturesOf(ME, id)).toEqual([]);
    expect((await fieldsOf(ME, id))[path.photo(door.sha256)]).toBeNull();
  });
});

describe('sending', () => {
  it('lets go of what was kept, and of nothing else', async () => {
    // R0.24 R7.31
    const server = new Fake();
    const { id } = await begun('O1');
    await write(ME, id, [
      { path: 'mood', value: 'good' },
      { path: path.report, value: 5 },
    ]);
    server.refuses = (one) => one.path === 'mood';
    await send(server);
    const left = await writesOf(ME, id);
    expect(left.map((one) => [one.path, one.refused?.text])).toEqual([['mood', 'wrong']]);
    expect((await unsentOf(ME)).refused).toBe(1);
    expect((await visitOf(ME, id))?.done).toBe(false);
    // It is put right under another id; the refused one does not stay.
    server.refuses = () => false;
    await write(ME, id, [{ path: 'mood', value: 'better' }]);
    await send(server);
    expect(await writesOf(ME, id)).toEqual([]);
    expect(server.fields(id).mood).toBe('better');
    expect((await visitOf(ME, id))?.done).toBe(true);
    await sweep(ME, '2026-08-31');
    expect(await visitsOf(ME)).toHaveLength(1);
    await sweep(ME, '2026-09-01');
    expect([await visitsOf(ME), await howMany('field', ME)]).toEqual([[], 0]);
  });

  it('keeps a photo until its visit has it', async () => {
    const server = new Fake();
    const { id } = await begun('O1');
    const door = await shot('door', 'O1');
    await write(ME, id, [], [door]);
    let calls = 0;
    // The whole photo is there, but the answer that says so was lost.
    server.breaks = () => (calls += 1) === 11;
    await expect(send(server)).rejects.toThrow('offline');
    expect(await picturesOf(ME, id)).toHaveLength(1);
    server.breaks = () => false;
    await send(server);
    expect(await picturesOf(ME, id)).toHaveLength(0);
    expect(server.visits.get(id)!.photos).toEqual(new Set([door.sha256]));
  });

  it('sends anew from the beginning what came damaged, and tells what is refused', async () => {
    const server = new Fake();
    const { id } = await begun('O1');
    const door = await shot('door', 'O1');
    await write(ME, id, [], [door]);
    server.parts.set(door.sha256, new TextEncoder().encode('wrong'));
    await send(server);
    expect(server.whole.has(door.sha256)).toBe(true);
    const other = { ...(await shot('other', 'O1')), sha256: 'f'.repeat(64) };
    await write(ME, id, [], [other]);
    await send(server);
    expect((await picturesOf(ME, id)).map((one) => one.refused)).toEqual(['field.photo.damaged']);
    await retry(ME);
    expect((await picturesOf(ME, id))[0]!.refused).toBeUndefined();
  });

  it('shows two values of a field and replaces both with the one that is chosen', async () => {
    // R0.24
    const server = new Fake();
    const { id } = await begun('O1');
    server.torn.add('answer.visit_basics.sign');
    await send(server);
    const torn = (await visitOf(ME, id))!;
    expect(torn.conflicts).toMatchObject([{ path: 'answer.visit_basics.sign', value: 'theirs' }]);
    await settle(ME, id, torn.conflicts[0]!, 'mine');
    const [chosen] = await writesOf(ME, id);
    expect(chosen).toMatchObject({ value: 'mine', replaces: ['h1', 'h2'] });
    expect(chosen!.seq).toBeGreaterThan(5000);
    expect((await visitOf(ME, id))!.conflicts).toEqual([]);
  });

  it('gives a visit another id when the server knows it as somebody else’s', async () => {
    const server = new Fake();
    const { id } = await begun('O1');
    await write(ME, id, [{ path: path.report, value: 5 }], [await shot('door', 'O1')]);
    await send(server);
    const fresh = (await renew(ME, id))!;
    expect(await visitOf(ME, id)).toBeUndefined();
    await send(server);
    expect(server.fields(fresh)).toEqual(server.fields(id));
  });

  it('tells the server of a checklist that was added after everything was sent', async () => {
    const server = new Fake();
    const { id } = await begun('O1');
    await send(server);
    const [basics] = setup.templates;
    await widen(ME, id, {
      templates: [
        { ...basics!, id: 'price', version: 2 },
        { ...basics!, version: 9 },
      ],
    });
    const headers: unknown[] = [];
    const upload = server.upload.bind(server);
    server.upload = (visit, body) => {
      headers.push((body as unknown as { header: { templates: unknown } }).header.templates);
      return upload(visit, body);
    };
    await send(server);
    expect(headers).toEqual([{ price: 2, visit_basics: 1 }]);
  });

  it('sends promises before the day is closed', async () => {
    const server = new Fake();
    await keepTask(ME, { kind: 'diary', day: '2026-08-31', version: 0, put_off: [], note: '' });
    await keepTask(ME, {
      kind: 'promise',
      promise: { id: 'P', outlet: 'O1', outletName: '', visit: null, text: 'cards', due_on: '2026-09-02' },
    });
    await keepTask(ME, { kind: 'diary', day: '2026-08-31', version: 0, put_off: [], note: 'last words' });
    await send(server);
    expect(server.tasks.map((task) => task.wish.kind)).toEqual(['promise', 'diary']);
    expect(server.tasks[1]!.wish).toMatchObject({ note: 'last words' });
    expect(total(await unsentOf(ME))).toBe(0);
  });
});

describe('whatever happens', () => {
  it.each(Array.from({ length: 25 }, (_, at) => [at + 1]))('nothing is lost and nothing doubled, %i', async (seed) => {
    // R0.24: random writing, breaking lines and killed sending, over several visits
    const next = chance(seed * 7919);
    const server = new Fake();
    const written = new Map<string, string>();
    const shots = new Map<string, Set<string>>();
    server.breaks = () => next() < 0.12;
    const visits = await Promise.all(['O1', 'O2', 'O3'].map(begun));
    for (let round = 0; round < 30; round += 1) {
      const { id, stop: at } = visits[Math.floor(next() * visits.length)]!;
      const name = path.step(`s${Math.floor(next() * 5)}`);
      const value = { skipped: false, reason: `${seed}-${round}`, at_us: round };
      const photo = next() < 0.3 ? [await shot(`${seed} ${round}`, at.outlet.code)] : [];
      for (const one of photo) shots.set(id, (shots.get(id) ?? new Set()).add(one.sha256));
      // Somebody writes while it is being sent; a killed browser is a sending that never comes back.
      const sending = next() < 0.5 ? send(server).catch(() => undefined) : undefined;
      await write(ME, id, [{ path: name, value }], photo);
      await sending;
      for (const one of await writesOf(ME, id)) written.set(one.id, `${id} ${one.path} ${JSON.stringify(one.value)}`);
    }
    for (const { id } of visits) await write(ME, id, [{ path: path.report, value: seed }]);
    for (const { id } of visits)
      for (const one of await writesOf(ME, id)) written.set(one.id, `${id} ${one.path} ${JSON.stringify(one.value)}`);
    for (let tries = 0; total(await unsentOf(ME)) > 0 && tries < 400; tries += 1) await send(server).catch(() => undefined);
    server.breaks = () => false;
    await send(server);
    expect(total(await unsentOf(ME))).toBe(0);
    const arrived = new Map<string, string>();
    for (const [id, known] of server.visits)
      for (const one of known.writes.values()) arrived.set(one.id, `${id} ${one.path} ${JSON.stringify(one.value)}`);
    for (const [id, what] of written) expect(arrived.get(id)).toBe(what);
    for (const { id } of visits) {
      expect((await visitOf(ME, id))!.done).toBe(true);
      expect(await fieldsOf(ME, id)).toEqual(server.fields(id));
      expect(server.visits.get(id)!.photos).toEqual(shots.get(id) ?? new Set());
    }
    for (const [name, bytes] of server.whole) expect(hex(await crypto.subtle.digest('SHA-256', bytes as BufferSource))).toBe(name);
  });
});
