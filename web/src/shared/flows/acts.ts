// The verbs of an application, as the server takes them.
import { answer, http, ifMatch, newKey, onceHeader, queries, upload, type Schema } from '@/api/client';
import type { FileRef, Form } from './form';

/** What one may try on an application, the usual ones first. `save` opens the form. */
export const VERBS = [
  'submit',
  'save',
  'agree',
  'execute',
  'reject',
  'return',
  'hand_over',
  'add_before',
  'add_after',
  'remove',
  'take_back',
  'urge',
  'copy',
  'comment',
  'cancel',
] as const;
export type Verb = (typeof VERBS)[number];

/** Those a record offers, in their order. */
export const offered = (verbs: readonly string[]): Verb[] => VERBS.filter((verb) => verbs.includes(verb));

/** Those that have to be given a reason. */
export const REASONED: readonly Verb[] = ['reject', 'return', 'hand_over', 'add_before', 'add_after', 'comment', 'cancel'];

/** Those that end something. */
export const GRAVE: readonly Verb[] = ['reject', 'cancel'];

/** What goes with a verb. */
export interface Given {
  text?: string;
  /** Logins. */
  to?: string[];
  /** The step a return leads to; the applicant where empty. */
  step?: string;
  straight?: boolean;
  turn?: number;
  edits?: Form;
  /** PNG in base64. */
  signature?: string;
}

type Acted = Schema<'ActedView'>;

export interface Target {
  id: string;
  version: number;
  /** Kept as long as the same thing is tried. */
  key: string;
}

const header = ({ version, key }: Target) =>
  ({ ...ifMatch(version), ...onceHeader(key) }) as { 'If-Match': string; 'Idempotency-Key': string };

/** Does it; throws what the server refuses. */
export function act(verb: Verb, target: Target, given: Given = {}): Promise<Acted> {
  const params = { path: { id: target.id }, header: header(target) };
  const { text = '', to = [], edits = {} } = given;
  const call = () => {
    switch (verb) {
      case 'submit':
        return http.POST('/api/v1/applications/{id}/submit', { params });
      case 'save':
        return http.PUT('/api/v1/applications/{id}', { params, body: { form: edits } });
      case 'agree':
        return http.POST('/api/v1/applications/{id}/agree', { params, body: { text, edits, signature: given.signature } });
      case 'execute':
        return http.POST('/api/v1/applications/{id}/execute', { params, body: { text, edits } });
      case 'reject':
        return http.POST('/api/v1/applications/{id}/reject', { params, body: { text } });
      case 'return':
        return http.POST('/api/v1/applications/{id}/return', {
          params,
          body: { to: given.step || undefined, straight: given.straight ?? false, text },
        });
      case 'hand_over':
        return http.POST('/api/v1/applications/{id}/hand-over', { params, body: { to: to[0] ?? '', text } });
      case 'add_before':
      case 'add_after':
        return http.POST('/api/v1/applications/{id}/add', { params, body: { to, before: verb === 'add_before', text } });
      case 'remove':
        return http.POST('/api/v1/applications/{id}/remove', { params, body: { turn: given.turn ?? 0, text } });
      case 'take_back':
        return http.POST('/api/v1/applications/{id}/take-back', { params, body: { text } });
      case 'urge':
        return http.POST('/api/v1/applications/{id}/urge', { params, body: { text } });
      case 'copy':
        return http.POST('/api/v1/applications/{id}/copy', { params, body: { to, text } });
      case 'comment':
        return http.POST('/api/v1/applications/{id}/comment', { params, body: { text, mention: to } });
      case 'cancel':
        return http.POST('/api/v1/applications/{id}/cancel', { params, body: { text } });
    }
  };
  return answer<Acted>(call());
}

/** Tries again to bring about what was approved and could not be. */
export const carryOut = (target: Target): Promise<Acted> =>
  answer(http.POST('/api/v1/applications/{id}/effect', { params: { path: { id: target.id }, header: header(target) } }));

/** Reads anew what an act changed: the record, its lists, what waits for one. */
export const refresh = (): Promise<void> => queries.invalidateQueries();

/** Begins an application as a draft. */
export const begin = (flow: string, post: string | undefined, form: Form, key: string): Promise<Acted> =>
  answer(
    http.POST('/api/v1/applications', {
      params: { header: onceHeader(key) as { 'Idempotency-Key': string } },
      body: { flow, post, form },
    }),
  );

/** Keys that stay the same while the same content is tried again, and change with it. */
export function keeper(): (content: unknown) => string {
  let last = '';
  let key = '';
  return (content) => {
    const now = JSON.stringify(content);
    if (now !== last) [last, key] = [now, newKey()];
    return key;
  };
}

/** Endings the server takes. */
export const ACCEPT = '.png,.jpg,.jpeg,.webp,.pdf,.ofd';

/** Brings a file; the form names it by its id. */
export async function bring(file: Blob, name: string): Promise<FileRef> {
  const brought = (await upload(`/api/v1/attachments?name=${encodeURIComponent(name)}`, file, {
    'Content-Type': 'application/octet-stream',
  })) as Schema<'AttachmentView'>;
  return { id: brought.id, name: brought.name, bytes: brought.bytes };
}
