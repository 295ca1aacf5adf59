// A day in the field without a network: prepared at the door, worked through with photos, the browser killed on the way, everything sent once.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, LOOKS, Person } from './browser';

afterAll(closeBrowser);

const SMALL = { phone: true, size: [360, 780] as [number, number] };

const PAGES = [
  ['today', '/m/field'],
  ['outlets', '/m/field/outlets'],
  ['promises', '/m/field/promises'],
  ['diary', '/m/field/diary'],
  ['review', '/m/field/review'],
  ['outbox', '/m/field/outbox'],
] as const;

/** Nothing runs over the edge at 360 px. */
const fits = async (person: Person) =>
  expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

interface Write {
  id: string;
  seq: number;
  path: string;
  at_us: number;
  replaces: string[];
  value: unknown;
}

interface Kept {
  visits: { id: string; stop: { outlet: { code: string } }; header: object; done: boolean }[];
  writes: Record<string, Write[]>;
  photos: Record<string, string[]>;
}

/** Everything of visits the phone keeps, as it lies in its store. */
const kept = (person: Person): Promise<Kept> =>
  person.page.evaluate(async () => {
    const done = <T>(asked: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        asked.addEventListener('success', () => resolve(asked.result));
        asked.addEventListener('error', () => reject(asked.error ?? new Error('not read')));
      });
    const db = await done(indexedDB.open('qudao-field'));
    const all = async <T>(kind: string, what: 'getAll' | 'getAllKeys') => {
      const store = db.transaction('kept').objectStore('kept');
      const range = IDBKeyRange.bound([kind], [kind, []]);
      return (what === 'getAll' ? await done(store.getAll(range)) : await done(store.getAllKeys(range))) as T[];
    };
    const grouped = <T>(keys: string[][], values: T[]) => {
      const found: Record<string, T[]> = {};
      keys.forEach((key, at) => (found[key[2]!] ??= []).push(values[at]!));
      return found;
    };
    const [visits, writeKeys, writes, photoKeys] = await Promise.all([
      all<Kept['visits'][number]>('visit', 'getAll'),
      all<string[]>('write', 'getAllKeys'),
      all<Write>('write', 'getAll'),
      all<string[]>('photo', 'getAllKeys'),
    ]);
    db.close();
    return {
      visits,
      writes: grouped(writeKeys, writes),
      photos: grouped(
        photoKeys,
        photoKeys.map((key) => key[3]!),
      ),
    };
  });

let shots = 0;

/** A photo nobody took before. */
async function picture(person: Person): Promise<Buffer> {
  const page = await person.context.newPage();
  shots += 1;
  await page.setContent(`<body style="background:hsl(${(shots * 47) % 360} 60% 60%);font-size:90px">${shots} ${Date.now()}</body>`);
  const taken = await page.screenshot({ type: 'jpeg', quality: 90 });
  await page.close();
  return taken;
}

/** Takes a photo with the button of that name. */
async function take(person: Person, button: string | RegExp): Promise<void> {
  const camera = person.page.locator('label.m-btn', { hasText: button }).first();
  const buffer = await picture(person);
  await camera.locator('input').setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer });
  await person.page.locator('label.m-btn[aria-busy=true]').waitFor({ state: 'detached' });
}

const button = (person: Person, name: string | RegExp) => person.page.getByRole('button', { name, exact: typeof name === 'string' });

/** Says what is intended for every open issue. */
async function solve(person: Person): Promise<void> {
  const issues = person.page.getByRole('group', { name: '打算怎么解决' });
  await person.page.getByText('本次目的').waitFor();
  for (let at = 0, all = await issues.count(); at < all; at += 1) {
    const chip = issues.nth(at).getByRole('button', { name: '带物料解决' });
    await chip.click();
    await expect.poll(() => chip.getAttribute('aria-pressed')).toBe('true');
  }
}

/** Answers every item of the basics that is open, and says what is done about each that is not right. */
async function check(person: Person, code: string): Promise<void> {
  const { page } = person;
  await page.goto(`/m/field/visit/${encodeURIComponent(code)}/check/visit_basics`);
  await page.locator('[data-item]').first().waitFor();
  const rest = page.locator('label.m-btn', { hasText: '全部合格' });
  if (await rest.count()) await take(person, '全部合格');
  for (const stepper of await page.locator('[data-item] .m-stepper').all()) {
    const field = stepper.locator('input');
    if ((await field.inputValue()) === '') {
      await stepper.getByRole('button').last().click();
      await expect.poll(() => field.inputValue()).not.toBe('');
    }
  }
  await button(person, /得分/).click();
  await page.getByRole('list', { name: '检查表' }).waitFor();
  for (const act of await page.getByRole('button', { name: '列为任务' }).all()) {
    await act.click();
    await expect.poll(() => act.getAttribute('aria-pressed')).toBe('true');
  }
  await page.getByRole('link', { name: '返回' }).click();
}

/** Checks in with a photo of the door. */
async function enter(person: Person, code: string): Promise<void> {
  await person.page.goto(`/m/field/visit/${encodeURIComponent(code)}`);
  await solve(person);
  await take(person, '拍门头并签到');
  await person.page.getByRole('heading', { name: '拜访步骤' }).waitFor();
}

/** Steps that are what the visit is about and were not done are left out with a reason; then the report writes itself. */
async function leave(person: Person, code: string): Promise<void> {
  const { page } = person;
  const at = `/m/field/visit/${encodeURIComponent(code)}`;
  const out = button(person, '离店并提交报告');
  await out.waitFor();
  for (const step of ['stock', 'adjust', 'persuade', 'train']) {
    if (await out.isEnabled()) break;
    await page.goto(`${at}/${step}`);
    await button(person, '跳过').click();
    await page.getByRole('dialog').getByRole('button', { name: '下次进行' }).click();
    await out.waitFor();
  }
  await out.click();
  await page.waitForURL(/\/m\/field$/);
}

async function visit(person: Person, code: string): Promise<void> {
  await enter(person, code);
  const last = person.page.locator('label.m-btn', { hasText: '拍货架，其余同上次' });
  if (await last.count()) await take(person, '拍货架，其余同上次');
  await check(person, code);
  await leave(person, code);
}

/** Codes of the stops of the day nobody has visited yet, in order. */
const stops = async (person: Person): Promise<string[]> => {
  const day = (await (await person.context.request.get('/api/v1/field/day')).json()) as {
    stops: { outlet: { code: string }; visit: string | null }[];
  };
  return day.stops.filter((stop) => stop.visit === null).map((stop) => stop.outlet.code);
};

/** The day with its stops; proposes a plan where there is none. */
async function today(person: Person): Promise<void> {
  await person.open('/m/field');
  const propose = button(person, '生成四周计划');
  if (await propose.count()) {
    await propose.click();
    await person.page.getByRole('list', { name: '今日站点' }).getByRole('link').first().waitFor({ timeout: 60_000 });
  }
}

describe.each(LOOKS)('in $name', (look) => {
  it.concurrent.each(PAGES)('%s is accessible', async (name, path) => {
    const person = await Person.reading('channel', { ...SMALL, ...look });
    await person.open(path);
    await person.accessible(`phone field ${name} ${look.name}`);
    await person.shot(`phone-field-${name}-${look.name}`, true);
    await fits(person);
    await person.finish();
  });
});

describe('a day without a network', () => {
  it('is worked through, survives a killed browser, and arrives once', { timeout: 300_000 }, async () => {
    // R0.20 R0.24 R7.34 R7.37 R7.42 R7.44 R7.54
    const folder = mkdtempSync(join(tmpdir(), 'qudao-phone-'));
    const place = { latitude: 27.8, longitude: 114.39, accuracy: 15 };
    let person = await Person.resident(folder, SMALL);
    try {
      await person.enter('channel');
      await person.context.grantPermissions(['geolocation']);
      await person.context.setGeolocation(place);
      await today(person);
      await person.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
      await button(person, '下载今天的资料').click();
      await person.page.locator('.m-toast', { hasText: '已下载' }).waitFor({ timeout: 60_000 });
      await person.shot('phone-field-ready-zh', true);
      const codes = await stops(person);
      const outlets = await others(person);
      const [first, second, third] = [...codes, ...outlets] as [string, string, string];

      // The network goes; the pages come from the phone.
      await person.context.setOffline(true);
      await person.page.reload();
      await person.page.getByText('没有连上服务器').waitFor();
      await person.accessible('the day without a network');
      await person.shot('phone-field-offline-zh', true);

      // A whole visit.
      await person.page.goto(`/m/field/visit/${encodeURIComponent(first)}`);
      await solve(person);
      await person.accessible('before the door');
      await person.shot('phone-field-brief-zh', true);
      await take(person, '拍门头并签到');
      await person.page.getByRole('heading', { name: '拜访步骤' }).waitFor();
      await person.accessible('a visit');
      await person.shot('phone-field-visit-zh', true);
      await fits(person);
      await check(person, first);
      await button(person, '记事').click();
      await person.page.getByRole('dialog').getByLabel('内容').fill('对面店在做促销');
      await take(person, /拍照（0）/);
      await button(person, '完成').click();
      await button(person, '许下承诺').click();
      await person.page.getByRole('dialog').getByLabel('承诺内容').fill('下周补发台卡');
      await button(person, '记下').click();
      await person.accessible('a visit before leaving');
      await person.shot('phone-field-wrap-zh', true);
      await leave(person, first);
      await person.page.getByText('待提交').first().waitFor();

      // The browser is killed in the middle of the second one.
      await enter(person, second);
      const before = await kept(person);
      await person.kill();
      person = await Person.resident(folder, SMALL);
      await person.context.setGeolocation(place);
      await person.context.setOffline(true);
      await person.page.goto('/m/field');
      await person.page.getByText('进行中').first().waitFor();
      expect(await kept(person), 'what was kept before the browser was killed').toEqual(before);
      await person.page.goto(`/m/field/visit/${encodeURIComponent(second)}`);
      await person.page.getByRole('heading', { name: '拜访步骤' }).waitFor();
      await check(person, second);
      await leave(person, second);
      await visit(person, third);

      // The day is closed, and waits.
      await person.page.goto('/m/field/diary');
      await person.page.getByRole('button', { name: /提交日记|重新提交/ }).waitFor();
      // Each that is put off leaves the list of those that may be.
      for (let left = await button(person, '改期').count(); left > 0; left -= 1) {
        await button(person, '改期').first().click();
        const sheet = person.page.getByRole('dialog');
        await sheet.getByRole('group', { name: '改期原因' }).getByRole('button', { name: '等物料' }).click();
        await sheet.getByRole('button', { name: '确定改期' }).click();
      }
      await person.page.getByRole('button', { name: /提交日记|重新提交/ }).click();
      await person.page.getByText('日记保存在本机').waitFor();
      await person.page.goto('/m/field/outbox');
      await person.page.getByText('只在本机').first().waitFor();
      await person.accessible('what waits');
      await person.shot('phone-field-outbox-zh', true);
      const waiting = await kept(person);
      expect(waiting.visits).toHaveLength(3);
      expect(Object.values(waiting.photos).flat().length).toBeGreaterThanOrEqual(6);

      // It is back. The session ended with the browser: who it was signs in again, and everything leaves by itself.
      await person.context.setOffline(false);
      await person.page.locator('input[autocomplete=username]').waitFor({ timeout: 90_000 });
      await person.signIn('channel');
      await expect.poll(async () => Object.keys((await kept(person)).writes).length, { timeout: 60_000 }).toBe(0);
      await expect.poll(async () => Object.keys((await kept(person)).photos).length, { timeout: 60_000 }).toBe(0);
      await arrived(person, waiting);
      await person.page.goto('/m/field');
      await person.page.getByText('已提交').first().waitFor();
      await person.settled();
      await person.shot('phone-field-sent-zh', true);
      await answered(person);
      await person.finish();
    } finally {
      await person.context.close().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Outlets beyond the plan, for a visit nobody planned. */
async function others(person: Person): Promise<string[]> {
  const day = (await (await person.context.request.get('/api/v1/field/day')).json()) as { stops: { outlet: { code: string } }[] };
  const planned = day.stops.map((stop) => stop.outlet.code);
  await person.page.goto('/m/field/outlets');
  const links = person.page.getByRole('list', { name: '选择网点' }).getByRole('link');
  await links.first().waitFor();
  const found = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  await person.page.goto('/m/field');
  return found.map((href) => decodeURIComponent(href.split('/').at(-1)!)).filter((code) => !planned.includes(code));
}

interface Seen {
  line: { version: number; state: string };
  photos: { sha256: string; here: boolean }[];
  missing: string[];
}

/** Everything that waited is with the server, once: the same writes sent again change nothing, and every photo has the content of its name. */
async function arrived(person: Person, waiting: Kept): Promise<void> {
  const { request } = person.context;
  for (const visit of waiting.visits) {
    const at = `/api/v1/field/visits/${visit.id}`;
    const read = async () => (await (await request.get(at)).json()) as Seen;
    const whole = await read();
    expect([whole.line.state, whole.missing]).toEqual(['reported', []]);
    const here = whole.photos.filter((photo) => photo.here).map((photo) => photo.sha256);
    for (const sha256 of waiting.photos[visit.id] ?? []) {
      expect(here).toContain(sha256);
      const bytes = await (await request.get(`${at}/photos/${sha256}`)).body();
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    const writes = (waiting.writes[visit.id] ?? []).map(({ id, seq, path, at_us, replaces, value }) => ({
      id,
      seq,
      path,
      at_us,
      replaces,
      value,
    }));
    const again = await request.put(at, {
      headers: { 'X-Qudao': '1' },
      data: { device: 'e2e', device_now_us: Date.now() * 1000, header: visit.header, writes },
    });
    const { writes: taken, version } = (await again.json()) as { writes: { taken: string }[]; version: number };
    expect(taken.map((one) => one.taken)).toEqual(writes.map(() => 'again'));
    expect(version).toBe(whole.line.version);
  }
}

/** The supervisor answers the diary, and the manager reads it. */
async function answered(person: Person): Promise<void> {
  const { request } = person.context;
  const diary = (await (await request.get('/api/v1/field/diary')).json()) as {
    day: string;
    manager: string;
    version: number;
    state: string;
  };
  expect(diary.state).toBe('sent');
  const supervisor = await Person.signedIn('supervisor');
  const said = await supervisor.context.request.post(`/api/v1/field/diary/${diary.manager}/${diary.day}/answer`, {
    headers: { 'X-Qudao': '1', 'If-Match': `"${diary.version}"` },
    data: { text: '三家都走到了，台卡按期补发' },
  });
  expect(said.ok(), String(said.status())).toBe(true);
  await supervisor.finish();
  await person.open('/m/field/diary');
  await person.page.getByText('三家都走到了').waitFor();
  await person.accessible('the diary with its answer');
  await person.shot('phone-field-diary-answered-zh', true);
}
