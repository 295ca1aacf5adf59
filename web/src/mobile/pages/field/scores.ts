// What answers are worth, counted as the server counts them (crates/field, `checklist::score`): fractions stay exact until the one rounding to hundredths
// of a percent, half up. A required item that is open has no points and stays in the denominator; what does not exist here is in none.
import { filesOf, type Answer, type Fits, type Given, type Item, type Template } from './records';

/** What an outlet and its visit are, as far as checklists ask. */
export interface Context {
  outletType: string;
  size: string;
  /** Where it stands: urban, town, or nothing where nobody knows. */
  setting: string;
  purposes: readonly string[];
}

/** An item as a visit asks it. */
export interface Asked {
  item: Item;
  /** Place of its section. */
  section: number;
  weight: number;
  required: boolean;
}

export interface Outcome {
  /** Hundredths of a percent; none where nothing is scored. */
  score: number | undefined;
  /** The same of each section, in order. */
  sections: (number | undefined)[];
  verdict: 'open' | 'passed' | 'failed';
  /** Required items that are open. */
  open: string[];
  /** Answered, but not right. */
  failed: string[];
  /** Items and sections that fail the whole. */
  vetoed: string[];
  /** Answers that are known too badly to count. */
  unproven: string[];
  answered: number;
  asked: number;
}

/** Whether something is for such a visit; an empty list is all. */
export function fits(of: Fits, context: Context): boolean {
  const any = (list: readonly string[], value: string) => list.length === 0 || list.includes(value);
  return (
    any(of.outlet_types, context.outletType) &&
    any(of.sizes, context.size) &&
    any(of.settings, context.setting) &&
    (of.purposes.length === 0 || of.purposes.some((purpose) => context.purposes.includes(purpose)))
  );
}

/** What a visit is asked, in order. */
export function asked(template: Template, context: Context): Asked[] {
  return template.sections.flatMap((section, at) =>
    section.items.flatMap((item) => {
      const variant = item.variants.find((one) => fits(one.fits, context));
      if (variant?.drop) return [];
      return [{ item, section: at, weight: variant?.weight ?? item.weight, required: variant?.required ?? item.required }];
    }),
  );
}

const doubled = (digit: number) => (digit > 4 ? digit * 2 - 9 : digit * 2);

/** Whether the check digit of a serial is right. */
export const isImei = (text: string): boolean =>
  /^\d{15}$/.test(text) &&
  [...text].reduce((sum, digit, at) => sum + (at % 2 === 1 ? doubled(Number(digit)) : Number(digit)), 0) % 10 === 0;

const COUNTED = ['number', 'price', 'count', 'scan'];
const GRADED = ['grade', 'compare'];
const keyOf = (answer: Exclude<Answer, 'na'>) => Object.keys(answer)[0]!;

/** Whether something can be the answer to an item. */
export function answers(item: Item, given: Given): boolean {
  const { answer } = given;
  if (answer === 'na') return item.na;
  const key = keyOf(answer);
  if (key !== (GRADED.includes(item.kind) ? 'grade' : item.kind)) return false;
  if ('grade' in answer) return answer.grade >= 0 && answer.grade <= (item.levels ?? 2);
  if ('price' in answer) return answer.price >= 0;
  if ('choice' in answer) return item.options.some((option) => option.id === answer.choice);
  if ('photo' in answer) return answer.photo.length > 0;
  if ('scan' in answer)
    return new Set(answer.scan).size === answer.scan.length && answer.scan.every((code) => code !== '' && (!item.imei || isImei(code)));
  return true;
}

/** The number of an answer that has one. */
function numberOf(answer: Exclude<Answer, 'na'>): number {
  if ('number' in answer) return answer.number;
  if ('price' in answer) return answer.price;
  if ('count' in answer) return answer.count;
  if ('scan' in answer) return answer.scan.length;
  return 0;
}

/** Points of a number: by steps where there are some, else one within the bounds. */
function ruled(item: Item, number: number): number {
  if (item.steps.length > 0) return item.steps.findLast((step) => step.from <= number)?.points ?? 0;
  const within = (item.pass_min === null || number >= item.pass_min) && (item.pass_max === null || number <= item.pass_max);
  return within ? item.points : 0;
}

/** Points of an answer; none for what does not exist here. */
export function points(item: Item, answer: Answer): number | undefined {
  if (answer === 'na') return undefined;
  if ('yes_no' in answer) return Number(answer.yes_no === (item.good ?? true));
  if ('grade' in answer) return Math.min(answer.grade, item.levels ?? 2);
  if ('choice' in answer) return item.options.find((option) => option.id === answer.choice)?.points ?? 0;
  if ('photo' in answer) return Number(answer.photo.length > 0);
  if ('signature' in answer) return 1;
  if ('place' in answer) {
    const { holder, current, intact, facing } = answer.place;
    return holder === 'us' || holder === 'both' ? 1 + Number(current) + Number(intact) + Number(facing) : 0;
  }
  return COUNTED.includes(item.kind) ? ruled(item, numberOf(answer)) : 0;
}

/** The points from which on an item is right. */
const passOf = (item: Item) => (GRADED.includes(item.kind) ? (item.pass ?? item.points) : item.points);

const RANK = { told: 0, system: 1, seen: 2 };

const proven = (item: Item, given: Given) =>
  RANK[given.evidence] >= RANK[item.evidence as keyof typeof RANK] && (!item.photo || filesOf(given).length > 0 || given.answer === 'na');

/** Hundredths of a percent of a fraction, half up. */
const rounded = (part: bigint, whole: bigint): number => Number((part * 20_000n + whole) / (whole * 2n));

/** A part of a whole; none of nothing. */
export const share = (part: number, whole: number): number | undefined => (whole > 0 ? rounded(BigInt(part), BigInt(whole)) : undefined);

interface Part {
  got: number;
  most: number;
}

/** Σ(weight × share) ÷ Σ(weight), without what has nothing. */
function weighted(parts: readonly (Part & { weight: number })[]): number | undefined {
  const used = parts.filter((part) => part.weight > 0 && part.most > 0);
  if (used.length === 0) return undefined;
  const common = used.reduce((all, part) => all * BigInt(part.most), 1n);
  const sum = used.reduce((all, part) => all + (BigInt(part.weight) * BigInt(part.got) * common) / BigInt(part.most), 0n);
  return rounded(sum, common * BigInt(used.reduce((all, part) => all + part.weight, 0)));
}

/** Counts the answers to a checklist; one that cannot be an answer counts as none. */
export function count(template: Template, context: Context, given: Readonly<Record<string, Given>>): Outcome {
  const parts = template.sections.map((section) => ({ got: 0, most: 0, weight: section.weight }));
  const found = { open: [] as string[], failed: [] as string[], vetoed: [] as string[], unproven: [] as string[], answered: 0, asked: 0 };
  for (const one of asked(template, context)) {
    const { item } = one;
    const add = (got: number) => {
      const part = parts[one.section]!;
      part.got += one.weight * got;
      part.most += one.weight * item.points;
    };
    const known = given[item.id];
    found.asked += 1;
    if (known === undefined || !answers(item, known)) {
      if (one.required) {
        found.open.push(item.id);
        add(0);
      }
      continue;
    }
    found.answered += 1;
    const worth = points(item, known.answer);
    if (worth === undefined) continue;
    const counts = proven(item, known);
    if (!counts) found.unproven.push(item.id);
    const got = counts ? worth : 0;
    add(got);
    if (item.points > 0 && got < passOf(item)) {
      found.failed.push(item.id);
      if (item.veto) found.vetoed.push(item.id);
    }
  }
  const sections = parts.map((part) => share(part.got, part.most));
  template.sections.forEach((section, at) => {
    const score = sections[at];
    if (section.floor !== null && score !== undefined && score < section.floor) found.vetoed.push(section.id);
  });
  const sum = (of: (part: Part) => number) => parts.reduce((all, part) => all + of(part), 0);
  const plain = template.sections.every((section) => section.weight === 0);
  const score = plain
    ? share(
        sum((part) => part.got),
        sum((part) => part.most),
      )
    : weighted(parts);
  return { score, sections, verdict: verdict(template, score, found), ...found };
}

function verdict(template: Template, score: number | undefined, found: { open: string[]; vetoed: string[] }): Outcome['verdict'] {
  if (found.vetoed.length > 0) return 'failed';
  if (found.open.length > 0) return 'open';
  return template.pass_mark === null || (score !== undefined && score >= template.pass_mark) ? 'passed' : 'failed';
}
