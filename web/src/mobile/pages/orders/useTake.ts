// Taking an order, step by step. Every step is kept on the phone as it is typed and on the server once it is whole.
import { useEffect, useRef, useState } from 'react';
import { answer, api, http, ifMatch, onceHeader, queries } from '@/api/client';
import { isApiError } from '@/api/errors';
import { keeper } from '@/shared/flows/acts';
import { named, refresh } from '@/shared/orders/acts';
import {
  draftOf,
  drop,
  fresh,
  keep,
  nextStep,
  onceFor,
  resumed,
  wantedOf,
  type Business,
  type Draft,
  type Typed,
  type Whole,
} from './draft';

const read = (id: string): Promise<Whole> => answer(http.GET('/api/v1/orders/{id}', { params: { path: { id } } }));

/** What is on the phone, brought up to date with the server; the number of the order where it was sent already. */
async function begin(owner: string, asked: string | undefined): Promise<Draft | { sent: string }> {
  const local = await draftOf(owner);
  const id = asked ?? local?.order?.id;
  if (id === undefined) return local ?? fresh(owner);
  const whole = await read(id);
  const { state } = whole.order;
  if (state !== 'draft') {
    if (local?.order?.id === id) await drop(owner);
    // What was given up meanwhile is nothing to go on with.
    return asked === undefined && state === 'cancelled' ? fresh(owner) : { sent: id };
  }
  return local?.order?.id === id ? { ...local, order: { id, version: whole.order.version } } : resumed(owner, whole);
}

/** The order as it was just read: no page shows an older offer. */
const seen = (whole: Whole) =>
  queries.setQueryData(api.queryOptions('get', '/api/v1/orders/{id}', { params: { path: { id: whole.order.id } } }).queryKey, whole);

export function useTake(owner: string, asked: string | undefined) {
  const [draft, setDraft] = useState<Draft>();
  const [sent, setSent] = useState<string>();
  const [unread, setUnread] = useState<unknown>();
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [failedCheck, setFailedCheck] = useState(false);
  const [key] = useState(keeper);
  const open = () => {
    setUnread(undefined);
    begin(owner, asked).then(
      (found) => ('sent' in found ? setSent(found.sent) : setDraft(found)),
      // Without a network one goes on with what is on the phone.
      (error: unknown) =>
        draftOf(owner).then((local) => (local && (asked === undefined || local.order?.id === asked) ? setDraft(local) : setUnread(error))),
    );
  };
  const opening = useRef(open);
  useEffect(() => opening.current(), []);
  useEffect(() => {
    if (draft === undefined || sent !== undefined) return undefined;
    const timer = setTimeout(() => void keep(draft), 200);
    return () => clearTimeout(timer);
  }, [draft, sent]);

  // What is typed while the server is asked stays, too.
  const change = (patch: Partial<Draft>) => setDraft((before) => before && { ...before, ...patch });
  const type = (patch: Partial<Typed>) => setDraft((before) => before && { ...before, typed: { ...before.typed, ...patch } });
  /** Does something with the server; what was typed stays whatever it says. */
  const attempt = async (run: (now: Draft) => Promise<void>) => {
    if (draft === undefined) return;
    setBusy(true);
    setRefused(undefined);
    try {
      await run(draft);
    } catch (error) {
      if (draft.order && isApiError(error) && error.code === 'platform.db.stale') await again(draft.order.id);
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  /** Somebody else acted on it, or an answer of ours was lost: goes on from the version there is. */
  const again = async (id: string) => {
    const whole = await read(id);
    if (whole.order.state !== 'draft') {
      await drop(owner);
      setSent(id);
      return;
    }
    seen(whole);
    change({ order: { id, version: whole.order.version } });
  };
  const keepWanted = async (now: Draft, business: Business) => {
    const body = wantedOf(now.typed, business);
    const kept = JSON.stringify(body);
    if (now.order && now.kept === kept) return now;
    if (now.order) {
      const { id, version } = now.order;
      const acted = await answer(
        http.PUT('/api/v1/orders/{id}', {
          params: { path: { id }, header: { 'If-Match': `"${version}"` } },
          headers: ifMatch(version),
          body,
        }),
      );
      return { ...now, order: { id, version: acted.version }, kept };
    }
    const once = onceFor(now, body);
    // Kept before it is sent: a second try after a lost answer is the same order.
    change({ once });
    await keep({ ...now, once });
    const acted = await answer(
      http.POST('/api/v1/orders', { params: { header: { 'Idempotency-Key': once.key } }, headers: onceHeader(once.key), body }),
    );
    return { ...now, order: { id: acted.id, version: acted.version }, kept };
  };
  return {
    draft,
    sent,
    /** Why it cannot be shown. */
    unread,
    reopen: open,
    refused,
    busy,
    /** Whether the last check said that the customer is not who they say. */
    failedCheck,
    change: (patch: Partial<Draft>) => {
      setRefused(undefined);
      change(patch);
    },
    type,
    /** Begins anew; a draft the server has stays in the list of orders. */
    restart: async () => {
      await drop(owner);
      setFailedCheck(false);
      setRefused(undefined);
      setDraft(fresh(owner));
    },
    save: (business: Business) =>
      attempt(async (now) => {
        const next = await keepWanted(now, business);
        const whole = await read(next.order!.id);
        await refresh();
        seen(whole);
        setFailedCheck(false);
        change({ kept: next.kept, order: { id: whole.order.id, version: whole.order.version }, step: nextStep(whole) });
      }),
    identify: (name: string, number: string) =>
      attempt(async (now) => {
        const { id, version } = now.order!;
        const once = { id, version, key: key(['identify', id, version, name, number]) };
        const done = await answer(http.POST('/api/v1/orders/{id}/identity', { ...named(once), body: { name, number } }));
        setFailedCheck(!done.passed);
        change({ order: { id, version: done.version }, step: done.passed ? 'terms' : 'identity' });
        await refresh();
      }),
    submit: (sha256: string, business: Business) =>
      attempt(async (now) => {
        const { id, version } = now.order!;
        const once = { id, version, key: key(['submit', id, version, sha256, now.consent]) };
        try {
          await http.POST('/api/v1/orders/{id}/submit', { ...named(once), body: { sha256, consent: now.consent } });
        } catch (error) {
          // The offer changed since it was written: writes it anew, so that the customer sees the one of now.
          if (isApiError(error) && error.code === 'orders.terms.changed') {
            if (now.typed.subscriber.trim() === '' && business.subscriber) change({ step: 'wanted' });
            else {
              const { order, kept } = await keepWanted({ ...now, kept: '' }, business);
              change({ order, kept });
            }
            await refresh();
          }
          throw error;
        }
        await drop(owner);
        await refresh();
        setSent(id);
      }),
  };
}

export type Take = ReturnType<typeof useTake>;
