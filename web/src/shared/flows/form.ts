// A form as it is typed, and as the server takes it: amounts are yuan in the controls and whole fen outside of them.
import type { Schema } from '@/api/client';
import { fenOf, money, yuan } from '@/shared/format/money';

export type Field = Schema<'FlowField'>;
export type Flow = Schema<'FlowView'>;
export type Form = Record<string, unknown>;

/** A file of a form, once it was brought. */
export interface FileRef {
  id: string;
  name: string;
  bytes: number;
}

/** What stands in the controls: texts, yes or no, files, rows of the same. */
export type Filled = Record<string, unknown>;

/** What is wrong at a field, or at `rows[2].column`. */
export type Wrong = Schema<'FlowWrong'>;

/** Name of a cell, as the server counts: from one. */
export const cell = (rows: string, row: number, column: string): string => `${rows}[${row + 1}].${column}`;

/** An amount as one types it. */
const typedMoney = (fen: number): string => money(fen).replaceAll(',', '').replace('−', '-');

/** Whole numbers up to the largest the server takes, which a browser still counts exactly. */
const wholeOf = (typed: string): number | undefined => (/^[-−]?\d{1,15}$/.test(typed) ? Number(typed.replace('−', '-')) : undefined);

function typed(field: Field, value: unknown, files: readonly FileRef[]): unknown {
  switch (field.kind) {
    case 'money':
      return typeof value === 'number' ? typedMoney(value) : '';
    case 'number':
      return typeof value === 'number' ? String(value) : '';
    case 'yes_no':
      return typeof value === 'boolean' ? value : undefined;
    case 'attachment':
      return list(value).map((id) => files.find((file) => file.id === id) ?? { id: String(id), name: String(id), bytes: 0 });
    case 'rows':
      return list(value).map((row) => fill(field.columns, row as Form, files));
    default:
      return typeof value === 'string' ? value : '';
  }
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The controls for a form that was kept. */
export const fill = (fields: readonly Field[], form: Form, files: readonly FileRef[] = []): Filled =>
  Object.fromEntries(fields.map((field) => [field.id, typed(field, form[field.id], files)]));

/** Kinds an address may bring along; numbers that are sealed, amounts and files never stand in one. */
const BROUGHT: readonly string[] = ['text', 'long_text', 'number', 'date', 'month', 'choice', 'partner', 'outlet', 'person'];

/** What an address says of the fields of a new form: the code of an outlet, the number of a file. What does not fit is left out. */
export function given(fields: readonly Field[], params: Readonly<Record<string, string>>): Filled {
  const fits = (field: Field, value: string) => {
    if (field.kind === 'choice') return field.options.some((option) => option.id === value);
    return field.kind !== 'number' || wholeOf(value) !== undefined;
  };
  const brought = fields.flatMap((field) => {
    const value = params[field.id]?.trim();
    return value && BROUGHT.includes(field.kind) && fits(field, value) ? [[field.id, value] as const] : [];
  });
  return Object.fromEntries(brought);
}

function kept(field: Field, value: unknown): unknown {
  if (field.kind === 'yes_no') return value;
  if (field.kind === 'attachment') {
    const ids = list(value).map((file) => (file as FileRef).id);
    return ids.length > 0 ? ids : undefined;
  }
  if (field.kind === 'rows') {
    const rows = list(value).map((row) => sent(field.columns, row as Filled));
    return rows.length > 0 ? rows : undefined;
  }
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') return undefined;
  if (field.kind === 'money') return fenOf(text);
  if (field.kind === 'number') return wholeOf(text);
  return text;
}

/** The form as the server takes it: without what is empty, and without what does not show. */
export function sent(fields: readonly Field[], filled: Filled, hidden: readonly string[] = []): Form {
  const shown = fields.filter((field) => !hidden.includes(field.id));
  return Object.fromEntries(
    shown.map((field) => [field.id, kept(field, filled[field.id])] as const).filter(([, value]) => value !== undefined),
  );
}

/** What a later hand changed: fields that differ from what was kept, `null` where one was emptied. */
export function edits(fields: readonly Field[], filled: Filled, hidden: readonly string[], before: Form): Form {
  const now = sent(fields, filled, hidden);
  // Through the controls as well: the order in which a row was kept is no change.
  const was = sent(fields, fill(fields, before));
  const differing = fields.filter((field) => !hidden.includes(field.id) && JSON.stringify(now[field.id]) !== JSON.stringify(was[field.id]));
  return Object.fromEntries(differing.map((field) => [field.id, now[field.id] ?? null]));
}

/** What was typed and is no amount or number; the server would never see it. */
export function typos(
  fields: readonly Field[],
  filled: Filled,
  hidden: readonly string[],
  say: (kind: 'money' | 'number') => string,
): Wrong[] {
  const at = (field: Field, value: unknown, place: string): Wrong[] => {
    if (field.kind === 'rows')
      return list(value).flatMap((row, index) =>
        field.columns.flatMap((column) => at(column, (row as Filled)[column.id], cell(field.id, index, column.id))),
      );
    if (field.kind !== 'money' && field.kind !== 'number') return [];
    const filledIn = typeof value === 'string' && value.trim() !== '';
    return filledIn && kept(field, value) === undefined ? [{ field: place, why: say(field.kind) }] : [];
  };
  return fields.filter((field) => !hidden.includes(field.id)).flatMap((field) => at(field, filled[field.id], field.id));
}

/** What a value is called where it is only read. `names` are those of codes and logins. */
export function words(field: Field, value: unknown, names: Record<string, string>, say: { yes: string; no: string }): string {
  if (value === undefined || value === null || value === '') return '—';
  switch (field.kind) {
    case 'money':
      return typeof value === 'number' ? yuan(value) : String(value);
    case 'yes_no':
      return value === true ? say.yes : say.no;
    case 'choice':
      return field.options.find((option) => option.id === value)?.title ?? String(value);
    case 'person':
    case 'partner':
    case 'outlet': {
      const code = String(value);
      return names[code] && names[code] !== code ? `${names[code]} ${code}` : code;
    }
    case 'attachment':
      return list(value)
        .map((id) => names[String(id)] ?? String(id))
        .join(' · ');
    case 'rows':
      return list(value)
        .map((row) => field.columns.map((column) => `${column.title} ${words(column, (row as Form)[column.id], names, say)}`).join(' · '))
        .join('\n');
    default:
      return String(value);
  }
}

/** Content, with what the codes and files in it are called. */
interface Content {
  form: Form;
  names: Record<string, string>;
  files: readonly FileRef[];
}

export interface Change {
  name: string;
  before: string;
  after: string;
}

/** Fields that read otherwise than before. */
export function changed(fields: readonly Field[], before: Content, after: Content, say: { yes: string; no: string }): Change[] {
  const files = Object.fromEntries([...before.files, ...after.files].map((file) => [file.id, file.name]));
  const names = { ...files, ...before.names, ...after.names };
  return fields
    .map((field) => ({
      name: field.title,
      before: words(field, before.form[field.id], names, say),
      after: words(field, after.form[field.id], names, say),
    }))
    .filter((one) => one.before !== one.after);
}

/** Fields the applicant fills in. */
export const ownFields = (flow: Flow): Field[] => flow.fields.filter((field) => field.at === null);
