import type { Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Check = Schema<'FlowCheck'>;
export type Draft = Schema<'FlowDraftView'>;
export type Head = Schema<'FlowDraftHead'>;
export type Doc = Schema<'FlowDocument'>;
export type FieldText = Schema<'FlowFieldText'>;
export type StepText = Schema<'FlowStepText'>;
export type ApproverText = Schema<'FlowApproverText'>;
export type Words = Schema<'FlowWords'>;

export const STATES = ['draft', 'in_review', 'returned', 'published', 'retiring', 'retired', 'withdrawn'] as const;

/** How states look. */
export const TONES: Record<string, Tone> = {
  draft: 'plain',
  in_review: 'info',
  returned: 'warn',
  published: 'good',
  retiring: 'warn',
  retired: 'plain',
  withdrawn: 'plain',
};

export const FIELD_KINDS = [
  'text',
  'long_text',
  'number',
  'money',
  'date',
  'month',
  'choice',
  'yes_no',
  'person',
  'partner',
  'outlet',
  'attachment',
  'sealed',
  'rows',
] as const;

export const STEP_KINDS = ['approve', 'all', 'any', 'notify', 'execute'] as const;

/** How the people of a step are found. */
export const WAYS = ['role', 'subject_role', 'superiors', 'person', 'chosen', 'starter'] as const;
export type WayOf = (typeof WAYS)[number];

const NOBODY: ApproverText = { role: null, subject_role: null, superiors: null, person: null, chosen: null, starter: null };

/** Which way a rule takes, and what it names. */
export function wayOf(rule: ApproverText): [WayOf, string] {
  const way = WAYS.find((one) => rule[one] !== null && rule[one] !== undefined && rule[one] !== false) ?? 'role';
  const named = rule[way];
  return [way, typeof named === 'string' ? named : ''];
}

export const ruleOf = (way: WayOf, named: string): ApproverText => ({ ...NOBODY, [way]: way === 'starter' ? true : named });

/** A list with one of its parts at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  if (to < 0 || to >= list.length || from === to) return [...list];
  const rest = list.filter((_, at) => at !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

/** An id nothing of a list has. */
export function freeId(stem: string, taken: readonly { id: string }[]): string {
  const known = new Set(taken.map((one) => one.id));
  for (let number = taken.length + 1; ; number += 1) if (!known.has(`${stem}${number}`)) return `${stem}${number}`;
}

export const newField = (id: string): FieldText => ({
  id,
  zh: '',
  en: '',
  help_zh: '',
  help_en: '',
  kind: 'text',
  required: false,
  min: null,
  max: null,
  visible_if: null,
  at: null,
  supplement: false,
  options: [],
  columns: [],
});

export const newStep = (id: string): StepText => ({
  id,
  zh: '',
  en: '',
  kind: 'approve',
  approvers: [ruleOf('role', '')],
  when: null,
  editable: [],
  due_days: null,
  escalate: null,
  signature: false,
  branch: [],
  otherwise: null,
});

/** Nothing where a text is empty. */
export const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
