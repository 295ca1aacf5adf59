// What pages of the field know: the kept answers of the server, what is on the phone, and the visit of an outlet and day.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { answer, http } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { onChange } from './box';
import { begin, fieldsOf, visitOf, visitsOf, write as writeTo, writesOf, type Change, type Kept, type Shot, type Visit } from './draft';
import { fieldsOfWhole } from './hydrate';
import { houseDay, kept, readAnswers, readCard, readDay, readSetup, readStandards, type Answers, type Prepared } from './kept';
import { follow, here, pointOf, level } from './place';
import { lines, type Marked } from './photo';
import { path, type Fields, type Setup, type Stop } from './records';
import { LIVE, onSending, sendingNow, startSending } from './sending';
import {
  contextOf,
  doneWith,
  fixesOf,
  goalsFor,
  purposesFor,
  sheetsOf,
  stepsOf,
  templatesFor,
  type Sheet,
  type StepLine,
  type ToFix,
} from './steps';

/** Whoever is signed in; from here on what they wrote is sent. */
export function useOwner() {
  const me = useMe();
  useEffect(() => startSending(me.login), [me.login]);
  return me;
}

export const useSending = () => useSyncExternalStore(onSending, sendingNow);

/** Something of the phone's store, read again after every change. */
export function useLocal<T>(load: () => Promise<T>, of: string): T | undefined {
  const [data, setData] = useState<T>();
  useEffect(() => {
    let gone = false;
    const again = () =>
      void load().then((next) => {
        if (!gone) setData((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
      });
    again();
    const end = onChange(again);
    return () => {
      gone = true;
      end();
    };
    // `of` says what `load` depends on.
    // eslint-disable-next-line react/exhaustive-deps
  }, [of]);
  return data;
}

/** Asked of the server with or without a network: what is kept answers in its place. */
const ANYWAY = { networkMode: 'always', retry: false } as const;

export function useSetup() {
  const { login } = useOwner();
  return useQuery({ queryKey: ['field', 'setup', login], queryFn: () => readSetup(login), staleTime: 10 * 60_000, ...ANYWAY });
}

/** The pictures items are compared with, for whoever may see them. */
export function useStandards() {
  const { login, permissions } = useOwner();
  const enabled = permissions.includes('display.read');
  return useQuery({
    queryKey: ['field', 'standards', login],
    queryFn: () => readStandards(login),
    staleTime: 10 * 60_000,
    enabled,
    ...ANYWAY,
  }).data?.data;
}

/** Today, as the house has it. */
export function useToday(): string {
  const me = useOwner();
  const [day, setDay] = useState(me.today);
  useEffect(() => void houseDay(me.login, me).then(setDay), [me]);
  return day;
}

export function useDay() {
  const { login } = useOwner();
  const day = useToday();
  return useQuery({ queryKey: [...LIVE, 'day', login, day], queryFn: () => readDay(login, day), ...ANYWAY });
}

export const usePrepared = (): Prepared | undefined => {
  const { login } = useOwner();
  return useLocal(() => kept<Prepared>(login, 'prepared'), login)?.data;
};

export const useVisits = (): Visit[] | undefined => {
  const { login } = useOwner();
  return useLocal(() => visitsOf(login), login);
};

/** The visit of an outlet on a day: the one that is open, else the last one. */
export const visitAt = (visits: readonly Visit[], code: string, day: string): Visit | undefined => {
  const own = visits.filter((visit) => visit.stop.outlet.code === code && visit.day === day);
  return own.find((visit) => !visit.done) ?? own.at(-1);
};

/** The card of an outlet: of the day's plan, else by itself. */
function useStop(code: string) {
  const { login } = useOwner();
  const day = useDay();
  const planned = day.data?.data.stops.find((stop) => stop.outlet.code === code);
  const settled = day.data !== undefined || day.error !== null;
  const card = useQuery({
    queryKey: [...LIVE, 'card', login, code],
    queryFn: () => readCard(login, code),
    enabled: settled && planned === undefined,
    ...ANYWAY,
  });
  return { stop: planned ?? card.data?.data, planned: planned !== undefined, error: card.error, refetch: card.refetch };
}

const NO_ANSWERS: Answers = {};

/** One visit with everything a page shows of it. */
export interface Visiting {
  setup: Setup;
  stop: Stop;
  /** None before anything was written. */
  visit: Visit | undefined;
  /** The visit as it would be begun, or is. */
  as: Visit;
  fields: Fields;
  sheets: Sheet[];
  steps: StepLine[];
  fixes: ToFix[];
  /** What the server refused. */
  refused: Kept[];
  /** Answers of the last visit that were right. */
  last: Answers;
  /** Writes, beginning the visit where there is none; steps that are whole thereby are done. */
  write: (changes: Change[], shots?: Shot[]) => Promise<void>;
  /** Another visit on the same day. */
  again: () => void;
}

export function useVisit(code: string): { visiting: Visiting | undefined; error: unknown; refetch: () => unknown } {
  const { login } = useOwner();
  const day = useToday();
  const setup = useSetup();
  const stopped = useStop(code);
  const [anew, setAnew] = useState(false);
  const local = useLocal(async () => {
    const found = visitAt(await visitsOf(login), code, day);
    const [fields, writes] = found ? await Promise.all([fieldsOf(login, found.id), writesOf(login, found.id)]) : [{}, []];
    return { found, fields, writes };
  }, `${login} ${code} ${day}`);
  const found = local?.found && !(anew && local.found.done) ? local.found : undefined;
  // What was known when it was begun holds to the end of the visit.
  const stop = found?.stop ?? stopped.stop;
  // Of an outlet whose card was not brought along nobody knows which visit was the last.
  const lastVisit = stop?.last?.visit || undefined;
  const last = useQuery({
    queryKey: ['field', 'answers', login, lastVisit],
    queryFn: () => readAnswers(login, lastVisit!),
    enabled: lastVisit !== undefined,
    staleTime: Infinity,
    ...ANYWAY,
  }).data?.data;
  const known = setup.data?.data;
  const visiting = useMemo((): Visiting | undefined => {
    if (!known || !stop || !local) return undefined;
    const purposes = purposesFor(stop);
    const templates = templatesFor(known, contextOf(stop.outlet, purposes));
    const versions = Object.fromEntries(templates.map((one) => [one.id, one.version]));
    const goals = goalsFor(known, stop, purposes);
    const header = { outlet: stop.outlet.code, purposes, planned_on: null, began_us: 0, templates: versions };
    const as = found ?? { id: '', owner: login, stop, day, header, templates, seq: 0, concluded: false, conflicts: [], done: false };
    const fields = found ? local.fields : Object.fromEntries(goals.map((goal) => [goal.path, goal.value]));
    const sheets = sheetsOf(known, as, fields);
    return {
      setup: known,
      stop,
      visit: found,
      as,
      fields,
      sheets,
      steps: stepsOf(known, fields, sheets),
      fixes: fixesOf(sheets, fields, stop.outlet.fix_sales),
      refused: local.writes.filter((one) => one.refused),
      last: last ?? NO_ANSWERS,
      write: async (changes, shots = []) => {
        const planned = stopped.planned;
        const other = found === undefined && !anew ? await elsewhere(stop) : undefined;
        const { id } = found ?? (await begin({ owner: login, stop, day, planned, purposes, templates, changes: goals, known: other }));
        await writeTo(login, id, changes, shots);
        await finish(known, login, id);
      },
      again: () => setAnew(true),
    };
  }, [known, stop, local, found, last, login, day, anew, stopped.planned]);
  return { visiting, error: setup.error ?? (stop ? null : stopped.error), refetch: stopped.refetch };
}

/** Steps that have all they ask for are done. */
async function finish(setup: Setup, owner: string, id: string): Promise<void> {
  const visit = await visitOf(owner, id);
  if (!visit) return;
  const ready = doneWith(setup, visit, await fieldsOf(owner, id));
  const value = { skipped: false, reason: '', at_us: Date.now() * 1000 };
  if (ready.length > 0)
    await writeTo(
      owner,
      id,
      ready.map((step) => ({ path: path.step(step), value })),
    );
}

/** The visit another phone of the same manager began, with what the server has of it. */
async function elsewhere(stop: Stop): Promise<{ id: string; fields: Fields } | undefined> {
  if (!stop.visit || stop.visit_state === 'reported' || stop.visit_state === 'reviewed') return undefined;
  try {
    const whole = await answer(http.GET('/api/v1/field/visits/{id}', { params: { path: { id: stop.visit } } }));
    return { id: stop.visit, fields: fieldsOfWhole(whole) };
  } catch {
    // Without a network it is brought together later, by its id.
    return { id: stop.visit, fields: {} };
  }
}

/** Where the phone is, followed while the page is open, and what that is worth at an outlet. */
export function usePlace(visiting: Visiting | undefined) {
  const [, redraw] = useState(0);
  useEffect(() => follow(() => redraw((turn) => turn + 1)), []);
  const position = here();
  if (!visiting) return { position, level: 'unknown' as const };
  return { position, ...level(position, pointOf(visiting.stop.outlet), visiting.setup.limits) };
}

/** What a photo taken now is marked with. */
export function useMark(stop: Stop | undefined): () => Marked {
  const t = useT('phoneField');
  const { name } = useOwner();
  return () => {
    const position = here();
    const degrees = (e6: number) => (e6 / 1e6).toFixed(5);
    const place = position
      ? t('mark.place', { lat: degrees(position.lat_e6), lon: degrees(position.lon_e6), accuracy: position.accuracy_m })
      : t('mark.noPlace');
    const outlet = stop?.outlet ?? { code: '', name: '', address: '' };
    return { outlet: outlet.code, position, lines: lines(dateTime(new Date()), name, outlet, place) };
  };
}
