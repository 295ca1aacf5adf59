// What is read of the server and kept on the phone, so that a day can be worked without a network. Asked of the server first; what is kept is shown where
// it does not answer.
import { answer, http, type Schema } from '@/api/client';
import { isApiError } from '@/api/errors';
import { keepMe, onSignOut, type Me } from '@/api/me';
import { dayPlus, daysBetween, today } from '@/shared/format/time';
import { change, get, put } from './box';
import { answersOfWhole } from './hydrate';
import type { Day, Given, Outlet, Setup, Stop } from './records';

export interface Kept<T> {
  data: T;
  /** When it was read, by the phone's clock. */
  at: number;
  /** Whether the server did not answer, so that it is what was kept. */
  old: boolean;
}

interface Stored<T> {
  data: T;
  at: number;
}

export async function kept<T>(owner: string, name: string): Promise<Kept<T> | undefined> {
  const found = await get<Stored<T>>('keep', owner, name);
  return found && { ...found, old: true };
}

/** How long the server may take where something is kept, milliseconds. */
const PATIENCE = 8_000;

/** Asks the server and keeps what it says; where it cannot be reached, what was kept. */
export async function read<T>(owner: string, name: string, ask: (signal: AbortSignal | undefined) => Promise<T>): Promise<Kept<T>> {
  const before = await kept<T>(owner, name);
  try {
    const data = await ask(before && AbortSignal.timeout(PATIENCE));
    const at = Date.now();
    await put(['keep', owner, name], { data, at });
    return { data, at, old: false };
  } catch (error) {
    if (before && isApiError(error) && (error.offline || error.status >= 500)) return before;
    throw error;
  }
}

export const readSetup = (owner: string): Promise<Kept<Setup>> =>
  read(owner, 'setup', (signal) => answer(http.GET('/api/v1/field/setup', { signal })));

export const readDay = (owner: string, day: string): Promise<Kept<Day>> =>
  read(owner, `day ${day}`, (signal) => answer(http.GET('/api/v1/field/day', { params: { query: { day } }, signal })));

/** The card of an outlet; where it was not brought along, as much as one's list of outlets says. */
export async function readCard(owner: string, code: string): Promise<Kept<Stop>> {
  try {
    return await read(owner, `card ${code}`, (signal) =>
      answer(http.GET('/api/v1/field/outlets/{code}/card', { params: { path: { code } }, signal })),
    );
  } catch (error) {
    const outlet = (await kept<Outlet[]>(owner, 'outlets'))?.data.find((one) => one.code === code);
    if (!outlet || !isApiError(error) || !error.offline) throw error;
    return { data: bare(outlet), at: 0, old: true };
  }
}

/** A stop of which only the outlet is known. */
const bare = (outlet: Outlet): Stop => ({
  seq: 0,
  arrives: null,
  leaves: null,
  late: false,
  left_why: '',
  manual: false,
  purposes: [],
  target: '',
  outlet,
  contacts: [],
  last: outlet.last_visit === null ? null : { visit: '', day: outlet.last_visit, manager: '', manager_name: '', scores: [], next: null },
  issues: [],
  promises: [],
  stock: [],
  models: [],
  sales: [],
  prices: [],
  visit: null,
  visit_state: null,
});

/** Everything the asker looks after. */
export const readOutlets = (owner: string): Promise<Kept<Outlet[]>> =>
  read(owner, 'outlets', async (signal) => {
    const rows: Outlet[] = [];
    let cursor: string | undefined;
    do {
      const page = await answer(http.GET('/api/v1/field/outlets', { params: { query: { cursor, limit: 500 } }, signal }));
      rows.push(...page.rows);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return rows;
  });

/** Answers of a visit by checklist and item: what “as last time” means. */
export type Answers = Record<string, Record<string, Given>>;

export const readAnswers = (owner: string, visit: string): Promise<Kept<Answers>> =>
  read(owner, `answers ${visit}`, async (signal) =>
    answersOfWhole(await answer(http.GET('/api/v1/field/visits/{id}', { params: { path: { id: visit } }, signal }))),
  );

/** The day of the house, which may be another one than the phone's: counted on from when it was last known. */
export async function houseDay(owner: string, me: Me): Promise<string> {
  const known = await get<{ house: string; phone: string }>('keep', owner, 'clock');
  const counted = known ? dayPlus(known.house, Math.max(0, daysBetween(known.phone, today()))) : me.today;
  // What was read of oneself may be as old as the phone was without a network.
  return counted > me.today ? counted : me.today;
}

/** How many cards of outlets beyond the day are brought along. */
const CARDS = 60;

export interface Prepared {
  at: number;
  stops: number;
  outlets: number;
  /** Parts that did not come. */
  missing: number;
}

/** Brings everything a day needs onto the phone, and says how far it is. */
export async function prepare(me: Me, onStep: (done: number, of: number) => void): Promise<Prepared> {
  const owner = me.login;
  await put(['keep', owner, 'clock'], { house: me.today, phone: today() });
  const [, day, outlets] = await Promise.all([
    readSetup(owner),
    readDay(owner, me.today),
    readOutlets(owner),
    readDiary(owner, me.today),
    readPromises(owner),
    readCalls(owner, me.today),
  ]);
  const planned = new Set(day.data.stops.map((stop) => stop.outlet.code));
  // Whoever was not visited for longest is most likely to be visited without a plan.
  const others = outlets.data
    .filter((outlet) => !planned.has(outlet.code) && outlet.closed_from === null)
    .toSorted((a, b) => ((a.last_visit ?? '') < (b.last_visit ?? '') ? -1 : 1))
    .slice(0, CARDS);
  const lasts = day.data.stops.flatMap((stop) => (stop.last ? [stop.last.visit] : []));
  const pictures = me.permissions.includes('display.read') ? standardsOf((await readStandards(owner)).data) : [];
  const jobs: (() => Promise<unknown>)[] = [
    ...lasts.map((visit) => () => readAnswers(owner, visit)),
    ...others.map((outlet) => () => readCard(owner, outlet.code)),
    ...pictures.map((sha256) => () => standardPicture(owner, sha256)),
  ];
  const all = jobs.length;
  let done = 0;
  let missing = 0;
  const work = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      try {
        await job();
      } catch (error) {
        if (!isApiError(error)) throw error;
        missing += 1;
      }
      done += 1;
      onStep(done, all);
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
  await pagesKept();
  await keepMe(me);
  const prepared = { at: Date.now(), stops: day.data.stops.length, outlets: outlets.data.length, missing };
  await put(['keep', owner, 'prepared'], { data: prepared, at: prepared.at });
  return prepared;
}

/** Waits until the service worker has the pages. Under development there is none. */
async function pagesKept(): Promise<void> {
  if (import.meta.env.PROD && 'serviceWorker' in navigator) await navigator.serviceWorker.ready;
}

export const readDiary = (owner: string, day: string) =>
  read(owner, `diary ${day}`, (signal) => answer(http.GET('/api/v1/field/diary', { params: { query: { day } }, signal })));

/** Calls of a day: how many there are, whom to call, what was agreed on (R8.130). */
export const readCalls = (owner: string, day: string) =>
  read(owner, `calls ${day}`, (signal) => answer(http.GET('/api/v1/field/calls/day', { params: { query: { day } }, signal })));

export const readPromises = (owner: string) =>
  read(owner, 'promises', (signal) =>
    answer(http.GET('/api/v1/field/promises', { params: { query: { manager: owner, open: true } }, signal })),
  );

export type Standards = Schema<'StandardSheet'>[];

/** The pictures items of checklists are compared with (R7.23, R7.26). */
export const readStandards = (owner: string): Promise<Kept<Standards>> =>
  read(owner, 'standards', (signal) => answer(http.GET('/api/v1/display/standards', { signal })));

const standardsOf = (sheets: Standards): string[] => [
  ...new Set(sheets.flatMap((sheet) => sheet.items.flatMap((item) => item.pictures.map((picture) => picture.sha256)))),
];

/** The picture of an item at a type of outlet: its own, else the one for all. */
export function standardFor(sheets: Standards, template: string, item: string, outletType: string) {
  const pictures = sheets.find((sheet) => sheet.template === template)?.items.find((one) => one.item === item)?.pictures ?? [];
  return pictures.find((one) => one.outlet_type === outletType) ?? pictures.find((one) => one.outlet_type === '');
}

/** A picture of a standard: of the phone, else of the server, and kept from then on. Its name is its hash, so that it never changes. */
export async function standardPicture(owner: string, sha256: string): Promise<Blob> {
  const there = await get<Blob>('keep', owner, `standard ${sha256}`);
  if (there) return there;
  const picture = await answer(http.GET('/api/v1/display/photos/{sha256}', { params: { path: { sha256 } }, parseAs: 'blob' }));
  await put(['keep', owner, `standard ${sha256}`], picture);
  return picture;
}

/** What was read goes with whoever signs out; what was written stays for them. */
const forget = () => change(async (tx) => tx.clear('keep'));
onSignOut(forget);

/** A phone may be shared: what was read for somebody else goes. */
export async function forgetOthers(owner: string): Promise<void> {
  await change(async (tx) => {
    for (const key of await tx.keys('keep')) if (key[1] !== owner) tx.del(key);
  });
}
