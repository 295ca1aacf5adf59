// What the fields of a visit hold, as the server reads them (crates/field, `visit::record`). A field is named by its path.
import type { Schema } from '@/api/client';

export type Setup = Schema<'FieldSetup'>;
export type Template = Schema<'FieldTemplate'>;
export type Item = Schema<'FieldItem'>;
export type Fits = Schema<'FieldFits'>;
export type Stop = Schema<'FieldStop'>;
export type Day = Schema<'FieldDay'>;
export type Outlet = Schema<'FieldOutlet'>;
export type Receipt = Schema<'VisitReceipt'>;
export type Whole = Schema<'VisitWhole'>;
export type Conflict = Schema<'VisitConflict'>;

export interface Position {
  lat_e6: number;
  lon_e6: number;
  accuracy_m: number;
  /** Age of the fix when it was used, seconds. */
  age_s: number;
  source: 'gps' | 'network' | 'unknown';
  mock: boolean;
}

export interface CheckIn {
  at_us: number;
  position: Position | null;
  /** The photo of the door, by SHA-256. */
  door: string | null;
  met: string[];
  reason: string;
}

export interface CheckOut {
  at_us: number;
  position: Position | null;
  signature: string | null;
}

export interface StepRecord {
  skipped: boolean;
  reason: string;
  at_us: number;
}

export type Act = 'fixed' | 'task' | 'ticket' | 'cannot';

export interface Correction {
  act: Act;
  due_on: string | null;
  after: string | null;
  note: string;
}

export interface Goal {
  purpose: string;
  text: string;
  target: number;
  /** The number before it was adjusted. */
  original: number | null;
  result: number | null;
  achieved: boolean | null;
  reason: string;
}

export interface Solution {
  text: string;
  solved: boolean;
}

export interface Counted {
  counted: number;
  book: number | null;
  serials: string[];
  sold: number | null;
}

/** Prices of a model in the shop, fen. */
export interface Priced {
  tag: number | null;
  quoted: number | null;
  rival: number | null;
  photo: string | null;
  note: string;
}

export type Stand = 'shelf' | 'store' | 'missing';

/** Where a model stands, and what stands with it; null where nobody looked. */
export interface Shelved {
  stands: Stand;
  sample: boolean | null;
  tag: boolean | null;
}

export interface Next {
  text: string;
  owner: string;
  due_on: string;
}

export interface Ending {
  order: string;
  next: Next | null;
  reason: string;
}

export interface Training {
  topic: string;
  person: string;
  minutes: number;
  score: number | null;
}

export type NoteKind = 'competitor' | 'customer' | 'market';

export interface Note {
  kind: NoteKind;
  text: string;
  photos: string[];
}

export interface PhotoFact {
  taken_us: number;
  position: Position | null;
  live: boolean;
  outlet: string;
  bytes: number;
}

export type Holder = 'us' | 'competitor' | 'both' | 'empty';

export interface Place {
  holder: Holder;
  rival: string;
  pop: string;
  current: boolean;
  intact: boolean;
  facing: boolean;
}

/** An answer as the server writes it: `{ yes_no: true }`, or `na`. */
export type Answer =
  | 'na'
  | { yes_no: boolean }
  | { number: number }
  | { grade: number }
  | { price: number }
  | { count: number }
  | { scan: string[] }
  | { photo: string[] }
  | { choice: string }
  | { signature: string }
  | { place: Place };

export type Evidence = 'told' | 'system' | 'seen';

export interface Given {
  answer: Answer;
  evidence: Evidence;
  photos: string[];
  note: string;
}

export const seen = (answer: Answer, photos: string[] = []): Given => ({ answer, evidence: 'seen', photos, note: '' });

/** The fields of a visit by path, with what holds in each. Whatever is null is not there. */
export type Fields = Record<string, unknown>;

export const path = {
  checkIn: 'check_in',
  checkOut: 'check_out',
  report: 'report',
  ending: 'ending',
  step: (id: string) => `step.${id}`,
  answer: (template: string, item: string) => `answer.${template}.${item}`,
  fix: (template: string, item: string) => `fix.${template}.${item}`,
  goal: (id: string) => `goal.${id}`,
  issue: (id: string) => `issue.${id}`,
  count: (product: string) => `count.${product}`,
  shelf: (product: string) => `shelf.${product}`,
  price: (product: string) => `price.${product}`,
  training: (id: string) => `training.${id}`,
  note: (id: string) => `note.${id}`,
  photo: (sha256: string) => `photo.${sha256}`,
};

/** One field, or nothing. */
export const one = <T>(fields: Fields, at: string): T | undefined => (fields[at] ?? undefined) as T | undefined;

/** Every field of a kind, by what follows its name. */
export function many<T>(fields: Fields, kind: string): [string, T][] {
  const begin = `${kind}.`;
  return Object.entries(fields)
    .filter(([at, value]) => at.startsWith(begin) && value !== null && value !== undefined)
    .map(([at, value]): [string, T] => [at.slice(begin.length), value as T])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The answers of a checklist, by item. */
export const answersOf = (fields: Fields, template: string): Record<string, Given> =>
  Object.fromEntries(many<Given>(fields, `answer.${template}`));

/** Photos and signatures an answer names. */
export function filesOf(given: Given): string[] {
  const own =
    given.answer === 'na' ? [] : 'photo' in given.answer ? given.answer.photo : 'signature' in given.answer ? [given.answer.signature] : [];
  return [...own, ...given.photos];
}
