// The course of a visit on the phone: which checklists, which goals, how far the steps are, what is to be put right, and how it is brought to its end.
import { dayPlus } from '@/shared/format/time';
import type { Visit } from './draft';
import {
  answersOf,
  many,
  one,
  path,
  type CheckIn,
  type CheckOut,
  type Correction,
  type Counted,
  type Ending,
  type Fields,
  type Goal,
  type Outlet,
  type Setup,
  type Solution,
  type StepRecord,
  type Stop,
  type Template,
  type Training,
} from './records';
import { asked, count, fits, share, type Context, type Outcome } from './scores';

/** The checklist of every visit. */
export const BASICS = 'visit_basics';

export const contextOf = (outlet: Outlet, purposes: readonly string[]): Context => ({
  outletType: outlet.outlet_type,
  size: outlet.size,
  setting: outlet.setting,
  purposes,
});

/** Checklists a visit begins under: the basics, and those made for just such outlets and purposes. */
export const templatesFor = (setup: Setup, context: Context): Template[] =>
  setup.templates.filter(
    (one) => !one.hidden && fits(one.fits, context) && (one.id === BASICS || one.fits.outlet_types.length + one.fits.purposes.length > 0),
  );

/** Checklists that may be added to a visit. */
export const moreTemplates = (setup: Setup, context: Context, has: Readonly<Record<string, number>>): Template[] =>
  setup.templates.filter((one) => !one.hidden && has[one.id] === undefined && fits(one.fits, context));

/** Why one goes there where no plan says so: to get to know it first, to settle what is open, else to keep the relation. */
export function purposesFor(stop: Stop): string[] {
  if (stop.purposes.length > 0) return stop.purposes;
  if (stop.last === null) return ['know'];
  return [stop.issues.length > 0 ? 'serve' : 'keep'];
}

/** A goal for each purpose; what is sought is that of the plan, else what the purpose is measured by. */
export function goalsFor(setup: Setup, stop: Stop, purposes: readonly string[]): { path: string; value: Goal }[] {
  return purposes.map((purpose, at) => {
    const known = setup.purposes.find((one) => one.id === purpose);
    const text = (at === 0 && stop.target) || [known?.name ?? purpose, known?.outcome].filter(Boolean).join(' · ');
    const goal: Goal = { purpose, text, target: 0, original: null, result: null, achieved: null, reason: '' };
    return { path: path.goal(purpose), value: goal };
  });
}

/** A checklist with what its answers come to. */
export interface Sheet {
  template: Template;
  outcome: Outcome;
}

/** Checklists of a visit in the version it began under. */
export function sheetsOf(setup: Setup, visit: Visit, fields: Fields): Sheet[] {
  const context = contextOf(visit.stop.outlet, visit.header.purposes ?? []);
  return Object.entries(visit.header.templates ?? {}).flatMap(([id, version]) => {
    const template = [...setup.templates, ...visit.templates].find((one) => one.id === id && one.version === version);
    return template ? [{ template, outcome: count(template, context, answersOf(fields, id)) }] : [];
  });
}

export type StepState = 'done' | 'skipped' | 'open';

export interface StepLine {
  id: string;
  name: string;
  no: number;
  state: StepState;
  reason: string;
  /** Records it lacks. */
  lacks: string[];
}

const isEnding = (ending: Ending | undefined) =>
  ending !== undefined && (ending.order !== '' || ending.next !== null || ending.reason.trim() !== '');

/** How far each step is, as the server sees it (R7.34). */
export function stepsOf(setup: Setup, fields: Fields, sheets: readonly Sheet[]): StepLine[] {
  const has: Record<string, boolean> = {
    goal: many(fields, 'goal').length > 0,
    check_in: one(fields, path.checkIn) !== undefined,
    check_out: one(fields, path.checkOut) !== undefined,
    answer: sheets.every((sheet) => sheet.outcome.open.length === 0),
    ending: isEnding(one<Ending>(fields, path.ending)),
  };
  return setup.steps.map(({ id, name, no, needs }) => {
    const record = one<StepRecord>(fields, path.step(id));
    const lacks = needs.filter((need) => !has[need]);
    const skipped = record?.skipped === true && record.reason.trim() !== '';
    const done = record?.skipped === false && lacks.length === 0;
    return { id, name, no, state: skipped ? 'skipped' : done ? 'done' : 'open', reason: record?.reason ?? '', lacks };
  });
}

/** Whether somebody has left, by what the server says of a visit. */
export const isOver = (state: string | null): boolean => state === 'checked_out' || state === 'reported' || state === 'reviewed';

/** Steps done by steps, hundredths of a percent (N31). */
export const completion = (steps: readonly StepLine[]): number =>
  share(steps.filter((step) => step.state === 'done').length, steps.length) ?? 0;

/** Something to be put right before leaving. */
export interface ToFix {
  template: string;
  item: string;
  name: string;
  /** What it is expected to bring in a month, fen; 0 where nobody knows. */
  worth: number;
  veto: boolean;
  fix: Correction | undefined;
}

/** A part of monthly sales that an item lifts, fen, half up; the server reckons the same. */
export const worthOf = (sales: number, ppm: number): number => Math.floor((sales * ppm * 2 + 1_000_000) / 2_000_000);

/** What failed: what fails a whole checklist first, then what is worth most, then in the order of the walk (R7.265). `sales` are those of the outlet's class. */
export function fixesOf(sheets: readonly Sheet[], fields: Fields, sales: number): ToFix[] {
  const found = sheets.flatMap(({ template, outcome }) => {
    const items = template.sections.flatMap((section) => section.items);
    return outcome.failed.map((id) => {
      const item = items.find((each) => each.id === id);
      const worth = worthOf(sales, item?.worth_ppm ?? 0);
      const fix = one<Correction>(fields, path.fix(template.id, id));
      return { template: template.id, item: id, name: item?.name ?? id, worth, veto: item?.veto ?? false, fix };
    });
  });
  return found.sort((a, b) => Number(b.veto) - Number(a.veto) || b.worth - a.worth);
}

/** What was not right at the stops of a day, what is worth most first. */
export function urgent(setup: Setup, stops: readonly Stop[], most: number): { stop: Stop; name: string; worth: number }[] {
  const found = stops.flatMap((stop) =>
    stop.issues
      .filter((issue) => issue.kind === 'correction')
      .map((issue) => {
        const [template, id] = issue.id.split('.');
        const items = setup.templates.find((one) => one.id === template)?.sections.flatMap((section) => section.items);
        const ppm = items?.find((item) => item.id === id)?.worth_ppm ?? 0;
        return { stop, name: issue.text, worth: worthOf(stop.outlet.fix_sales, ppm) };
      }),
  );
  return found.sort((a, b) => b.worth - a.worth).slice(0, most);
}

/** Issues of the card that have no intended solution yet; the check-in waits for them (R7.42). */
export const unsolved = (stop: Stop, fields: Fields): Stop['issues'] =>
  stop.issues.filter((issue) => !one<Solution>(fields, path.issue(issue.id))?.text.trim());

/** Steps that are what a purpose is about: they are not left out without a word of the manager. */
const ABOUT: Record<string, readonly string[]> = {
  train: ['train'],
  resell: ['stock', 'persuade'],
  stock: ['stock'],
  suggest: ['persuade'],
  push: ['persuade'],
  grow: ['adjust', 'persuade'],
};

export const isAbout = (step: string, purposes: readonly string[]): boolean => purposes.some((purpose) => ABOUT[purpose]?.includes(step));

/** Steps that are done once what they ask for is there. */
export function doneWith(setup: Setup, visit: Visit, fields: Fields): string[] {
  const sheets = sheetsOf(setup, visit, fields);
  const entered = one<CheckIn>(fields, path.checkIn) !== undefined;
  const there: Record<string, boolean> = {
    plan: entered && many(fields, 'goal').length > 0,
    review: entered && unsolved(visit.stop, fields).length === 0,
    greet: entered,
    check: entered && sheets.length > 0 && sheets.every((sheet) => sheet.outcome.open.length === 0),
    stock: many(fields, 'count').length + many(fields, 'shelf').length > 0,
    adjust: many<Goal>(fields, 'goal').some(([, goal]) => goal.original !== null),
    train: many(fields, 'training').length > 0,
  };
  return setup.steps.map((step) => step.id).filter((id) => there[id] && one<StepRecord>(fields, path.step(id)) === undefined);
}

/** What a goal came to, where the visit knows it (R7.57). */
export function resultOf(
  goal: Goal,
  visit: Visit,
  fields: Fields,
  sheets: readonly Sheet[],
): { result: number | null; achieved: boolean } | undefined {
  const reached = (result: number, sought: number) => ({ result, achieved: result >= Math.max(goal.target, sought) });
  switch (goal.purpose) {
    case 'relate': {
      const met = (one<CheckIn>(fields, path.checkIn)?.met.length ?? 0) > 0;
      return { result: null, achieved: met && (one<Ending>(fields, path.ending)?.next ?? null) !== null };
    }
    case 'train':
      return reached(new Set(many<Training>(fields, 'training').map(([, training]) => training.person)).size, 1);
    case 'display': {
      const outcome = sheets.find((sheet) => sheet.template.id === BASICS)?.outcome;
      // Before anything was looked at, nothing became worse.
      if (outcome?.answered === 0) return { result: null, achieved: false };
      const score = outcome?.score;
      const before = visit.stop.last?.scores.find((each) => each.template === BASICS)?.score;
      if (score === undefined || before === null || before === undefined) return undefined;
      // What was perfect and still is cannot rise.
      return score === 10_000 && before === 10_000 ? { result: 0, achieved: true } : reached(score - before, 1);
    }
    case 'serve': {
      const { issues } = visit.stop;
      const solved = issues.filter((issue) => one<Solution>(fields, path.issue(issue.id))?.solved).length;
      return reached(issues.length === 0 ? 10_000 : (share(solved, issues.length) ?? 0), 10_000);
    }
    case 'stock': {
      const counted = many<Counted>(fields, 'count').length;
      return reached(visit.stop.stock.length === 0 ? 10_000 : (share(counted, visit.stop.stock.length) ?? 0), 10_000);
    }
    default:
      return undefined;
  }
}

/** When an outlet of a class is due again, by the frequency of the register: `A:4 B:2` in four weeks. */
export function dueAgain(setup: Setup, size: string, day: string): string {
  const text = setup.parameters.find((each) => each.id === 'visits_by_class')?.value ?? '';
  const visits = Number(new RegExp(`(?:^|\\s)${size}:(\\d+)`).exec(text)?.[1] ?? 0);
  return dayPlus(day, visits > 0 ? Math.max(1, Math.floor(28 / visits)) : 14);
}

/** Words the end of a visit is written with. */
export interface Words {
  /** Why a step was left out that is not what the visit is about. */
  aside: string;
  /** What is next where nothing else is said. */
  again: string;
  reached: string;
  missed: string;
}

/** Everything that is written when one leaves: a visit brought to its end as it stands, each part of it as shown before. */
export function leave(setup: Setup, visit: Visit, fields: Fields, words: Words, out: CheckOut, owner: string) {
  const changes: { path: string; value: unknown }[] = [];
  const now = { ...fields };
  const write = (at: string, value: unknown) => {
    now[at] = value;
    changes.push({ path: at, value });
  };
  if (!isEnding(one<Ending>(now, path.ending))) {
    const next = { text: words.again, owner, due_on: dueAgain(setup, visit.stop.outlet.class, visit.day) };
    write(path.ending, { order: '', next, reason: '' } satisfies Ending);
  }
  const sheets = sheetsOf(setup, visit, now);
  for (const [id, goal] of many<Goal>(now, 'goal')) write(path.goal(id), concluded(goal, resultOf(goal, visit, now, sheets), words));
  write(path.checkOut, out);
  for (const step of setup.steps) {
    if (one<StepRecord>(now, path.step(step.id))) continue;
    const skipped = !['close', 'leave', 'report'].includes(step.id) && !doneWith(setup, visit, now).includes(step.id);
    write(path.step(step.id), { skipped, reason: skipped ? words.aside : '', at_us: out.at_us } satisfies StepRecord);
  }
  write(path.report, out.at_us);
  return changes;
}

/** A goal with its result and why. What nobody measured is as the manager says, who sees it before leaving. */
export function concluded(goal: Goal, result: ReturnType<typeof resultOf>, words: Pick<Words, 'reached' | 'missed'>): Goal {
  const achieved = goal.achieved ?? result?.achieved ?? true;
  return {
    ...goal,
    result: goal.result ?? result?.result ?? null,
    achieved,
    reason: goal.reason || (achieved ? words.reached : words.missed),
  };
}

/** Why one cannot leave yet. */
export type Block = { why: 'answers'; count: number } | { why: 'fixes'; count: number } | { why: 'steps'; names: string[] } | undefined;

/** Required answers, failed items without a word, and steps that are what the visit is about come first. */
export function blockOf(setup: Setup, visit: Visit, fields: Fields): Block {
  const sheets = sheetsOf(setup, visit, fields);
  const open = sheets.reduce((all, sheet) => all + sheet.outcome.open.length, 0);
  if (open > 0) return { why: 'answers', count: open };
  const fixes = fixesOf(sheets, fields, 0).filter((each) => !each.fix).length;
  if (fixes > 0) return { why: 'fixes', count: fixes };
  const ready = doneWith(setup, visit, fields);
  const names = setup.steps
    .filter(
      (step) => isAbout(step.id, visit.header.purposes ?? []) && !ready.includes(step.id) && one(fields, path.step(step.id)) === undefined,
    )
    .map((step) => step.name);
  return names.length > 0 ? { why: 'steps', names } : undefined;
}

/** Items of a visit's checklists that one tap answers as last time. */
export function asLast(
  sheets: readonly Sheet[],
  visit: Visit,
  fields: Fields,
  last: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  photo: string | undefined,
): { path: string; value: unknown }[] {
  const context = contextOf(visit.stop.outlet, visit.header.purposes ?? []);
  return sheets.flatMap(({ template }) =>
    asked(template, context).flatMap(({ item }) => {
      const at = path.answer(template.id, item.id);
      const before = last[template.id]?.[item.id] as { answer: unknown } | undefined;
      // What is made anew each time is not carried over; what was not right last time is not among `last`.
      if (one(fields, at) !== undefined || !before || ['photo', 'scan', 'signature'].includes(item.kind)) return [];
      if (item.photo && photo === undefined) return [];
      return [{ path: at, value: { answer: before.answer, evidence: 'seen', photos: item.photo ? [photo] : [], note: '' } }];
    }),
  );
}

/** Whether one photo and last time's answers leave nothing open. */
export function lastIsWhole(sheets: readonly Sheet[], visit: Visit, fields: Fields, last: Parameters<typeof asLast>[3]): boolean {
  const filled = new Set(asLast(sheets, visit, fields, last, '-').map((each) => each.path));
  const open = sheets.flatMap(({ template, outcome }) => outcome.open.map((item) => path.answer(template.id, item)));
  return open.length > 0 && open.every((at) => filled.has(at));
}
