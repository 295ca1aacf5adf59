// A form being filled in: the server says which fields show, what is wrong and which way it would go; nothing of that is decided here.
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answer, http } from '@/api/client';
import { useT } from '@/i18n';
import { sent, typos, type Field, type Filled, type Form, type Wrong } from './form';

/** A value once it has stood still. */
export function useSettled<T>(value: T, wait = 400): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

interface Asked {
  flow: string;
  fields: readonly Field[];
  start: Filled;
  /** Content of other fields, where only some are filled in. */
  base?: Form;
  /** The application it belongs to, which stays on the version it began under. */
  application?: string;
}

const look = (flow: string, form: Form, application?: string) =>
  answer(http.POST('/api/v1/flows/{flow}/look', { params: { path: { flow } }, body: { form, application } }));

const keyOf = (flow: string, asked: string) => ['look', flow, asked];

export function useFill({ flow, fields, start, base, application }: Asked) {
  const t = useT('flows');
  const client = useQueryClient();
  const [filled, setFilled] = useState(start);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const now = JSON.stringify({ ...base, ...sent(fields, filled) });
  const asked = useSettled(now);
  const seen = useQuery({
    queryKey: keyOf(flow, asked),
    queryFn: () => look(flow, JSON.parse(asked) as Form, application),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    enabled: fields.length > 0,
  });
  const hidden = seen.data?.hidden ?? [];
  const own = (wrong: Wrong) => fields.some((field) => wrong.field === field.id || wrong.field.startsWith(`${field.id}[`));
  const say = (kind: 'money' | 'number') => t(`typo.${kind}`);
  const slips = typos(fields, filled, hidden, say);
  const wrong = [...slips, ...(seen.data?.wrong ?? []).filter(own)];
  return {
    filled,
    hidden,
    look: seen.data,
    /** Why what was typed can be neither kept nor sent. */
    slip: slips[0]?.why,
    /** What is wrong at a field one was at, or anywhere after a try to send. */
    wrongOf: (place: string): string | undefined =>
      tried || touched.has(place) ? wrong.find((one) => one.field === place)?.why : undefined,
    set: (field: string, value: unknown, place = field) => {
      setFilled((before) => ({ ...before, [field]: value }));
      setTouched((before) => (before.has(place) ? before : new Set([...before, place])));
    },
    /** Begins anew from other content, made of what is filled in. */
    restart: (fresh: (filled: Filled) => Filled) => {
      setFilled(fresh);
      setTouched(new Set());
      setTried(false);
    },
    /** The form without what does not show. */
    form: () => sent(fields, filled, hidden),
    /** Looks once more before it is sent: what is still wrong, and the form that may go. */
    check: async (): Promise<{ wrong: Wrong[]; form: Form }> => {
      setTried(true);
      const found = await look(flow, JSON.parse(now) as Form, application);
      client.setQueryData(keyOf(flow, now), found);
      const rest = [...typos(fields, filled, found.hidden, say), ...found.wrong.filter(own)];
      return { wrong: rest, form: sent(fields, filled, found.hidden) };
    },
  };
}

export type Fill = ReturnType<typeof useFill>;
