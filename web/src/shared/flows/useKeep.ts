// Keeping a form as a draft and sending it on its way; what was typed stays whatever the server answers.
import { useEffect, useRef, useState } from 'react';
import { answer, http } from '@/api/client';
import { isApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { act, begin, keeper } from './acts';
import { changed, fill as filledFrom, sent, type Change, type Field, type FileRef, type Flow, type Form, type Wrong } from './form';
import type { Fill } from './useFill';

/** An application as it was kept before. */
export interface Kept {
  id: string;
  version: number;
  form: Form;
  files: FileRef[];
  names: Record<string, string>;
}

interface Asked {
  flow: Flow;
  fields: readonly Field[];
  fill: Fill;
  kept?: Kept;
  /** As what one applies. */
  post?: string;
}

export function useKeep({ flow, fields, fill, kept, post }: Asked) {
  const t = useT('flows');
  const [head, setHead] = useState(kept && { id: kept.id, version: kept.version });
  const [busy, setBusy] = useState<'save' | 'submit'>();
  const [refused, setRefused] = useState<unknown>();
  const [changes, setChanges] = useState<Change[]>([]);
  const [open, setOpen] = useState<Wrong[]>([]);
  const [key] = useState(keeper);
  const now = JSON.stringify(fill.form());
  const before = useRef(now);
  // Only once it is done: while it runs the fields are disabled, and what is disabled takes no focus.
  useEffect(() => {
    if (busy === undefined && open.length > 0) toField(open[0]!.field);
  }, [busy, open]);

  const keep = async (form: Form) => {
    const done = head
      ? await act('save', { ...head, key: key(['save', head.version, form]) }, { edits: form })
      : await begin(flow.id, post, form, key(['begin', post, form]));
    const fresh = { id: done.id, version: done.version };
    setHead(fresh);
    before.current = JSON.stringify(form);
    return fresh;
  };
  /** Somebody else changed it: says what, and goes on from their version. */
  const stale = async (id: string) => {
    const whole = await answer(http.GET('/api/v1/applications/{id}', { params: { path: { id } } }));
    setHead({ id, version: whole.head.version });
    const old = { form: JSON.parse(before.current) as Form, names: kept?.names ?? {}, files: kept?.files ?? [] };
    setChanges(changed(fields, old, whole, { yes: t('yes'), no: t('no') }));
    // What is kept now is theirs: what is on the screen has to be kept again before it is sent.
    before.current = JSON.stringify(sent(fields, filledFrom(fields, whole.form, whole.files)));
  };
  /** Does something; the number of the application once it is done. */
  const attempt = async (what: 'save' | 'submit', run: () => Promise<string | undefined>) => {
    setBusy(what);
    setRefused(undefined);
    setChanges([]);
    setOpen([]);
    try {
      return await run();
    } catch (error) {
      if (head && isApiError(error) && error.code === 'platform.db.stale') await stale(head.id);
      setRefused(error);
      return undefined;
    } finally {
      setBusy(undefined);
    }
  };
  return {
    head,
    busy,
    refused,
    /** What somebody else changed meanwhile. */
    changes,
    /** What has to be mended before it can be sent. */
    open,
    /** Whether anything was typed since it was kept. */
    dirty: () => before.current !== now,
    save: () => attempt('save', async () => (await keep(fill.form())).id),
    submit: () =>
      attempt('submit', async () => {
        const { wrong, form } = await fill.check();
        setOpen(wrong);
        if (wrong.length > 0) return undefined;
        const at = head && before.current === JSON.stringify(form) ? head : await keep(form);
        await act('submit', { ...at, key: key(['submit', at]) });
        return at.id;
      }),
  };
}

/** Goes to the first field that has to be mended. */
function toField(name: string): void {
  const place = document.querySelector(`[data-field="${name}"]`);
  place?.scrollIntoView({ block: 'center' });
  place?.querySelector<HTMLElement>('input,select,textarea,button')?.focus();
}
