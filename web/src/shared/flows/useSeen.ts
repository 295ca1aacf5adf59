// An application while one acts on it: what was seen of it, what a later hand fills in, and what somebody else changed meanwhile.
import { useMemo, useState } from 'react';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import type { Verb } from './acts';
import { changed, edits, fill as filledFrom, type Change } from './form';
import { useFill } from './useFill';

type Whole = Schema<'ApplicationWhole'>;

const FILLING: readonly Verb[] = ['agree', 'execute'];

const editableIn = (verb: Verb, { flow, editable }: Whole) =>
  FILLING.includes(verb) ? flow.fields.filter((field) => editable.includes(field.id)) : [];

const filledIn = (verb: Verb, whole: Whole) => filledFrom(editableIn(verb, whole), whole.form, whole.files);

export function useSeen(verb: Verb, whole: Whole, reload: () => Promise<Whole | undefined>) {
  const t = useT('flows');
  const label = useLabel('flows');
  // Not `whole`, which is read anew behind one's back: the controls were filled from this, so only this tells what one changed oneself.
  const [seen, setSeen] = useState(whole);
  const editable = useMemo(() => editableIn(verb, seen), [verb, seen]);
  const fill = useFill({ flow: seen.head.flow, fields: editable, start: filledIn(verb, seen), base: seen.form, application: seen.head.id });
  const holders = ({ head }: Whole) => head.holders.map((party) => party.name).join(t('and')) || '—';
  const facts = (one: Whole) => [
    { name: t('state'), value: label('states', one.head.state) },
    { name: t('step'), value: one.head.step_title || '—' },
    { name: t('holder'), value: holders(one) },
    { name: t('history'), value: String(one.history.length) },
  ];
  return {
    version: seen.head.version,
    editable,
    fill,
    /** What one changed oneself. */
    edits: () => edits(editable, fill.filled, fill.hidden, seen.form),
    /** Reads it anew after somebody else changed it, and says what; the next try goes on from theirs, with what one changed oneself. */
    stale: async (): Promise<Change[]> => {
      const fresh = await reload();
      if (!fresh) return [];
      fill.restart((filled) => {
        const own = Object.keys(edits(editable, filled, fill.hidden, seen.form));
        return { ...filledIn(verb, fresh), ...Object.fromEntries(own.map((id) => [id, filled[id]])) };
      });
      setSeen(fresh);
      const now = facts(fresh);
      return [
        ...facts(seen).map(({ name, value }, index) => ({ name, before: value, after: now[index]!.value })),
        ...changed(fresh.flow.fields, seen, fresh, { yes: t('yes'), no: t('no') }),
      ].filter((one) => one.before !== one.after);
    },
  };
}
