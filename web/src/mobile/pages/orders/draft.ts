// An order that is being taken: what was typed stays on the phone until it is done, so that a lost connection costs nothing. Name and number of
// the customer's document are not among it.
import { createStore, del, get, set } from 'idb-keyval';
import { newKey, type Schema } from '@/api/client';
import { fenOf, money } from '@/shared/format/money';

export type Business = Schema<'BusinessView'>;
export type Wanted = Schema<'OrderWanted'>;
export type Whole = Schema<'OrderWhole'>;

export const STEPS = ['business', 'wanted', 'identity', 'terms'] as const;
export type Step = (typeof STEPS)[number];

export interface Item {
  product: string;
  quantity: string;
  imei: string;
}

/** What was typed, as it was typed. */
export interface Typed {
  business: string;
  subscriber: string;
  items: Item[];
  amount: string;
  priorFee: string;
  term: string;
  card: string;
  customerClass: string;
  decision: string;
  delivery: boolean;
  invoice: boolean;
}

export interface Draft {
  /** Login it belongs to. */
  owner: string;
  step: Step;
  typed: Typed;
  /** The order, once the server has it. */
  order?: { id: string; version: number };
  /** What the server has of it. */
  kept: string;
  /** Whether the customer agreed to the identity check. */
  consent: boolean;
  /** Key of the request that begins it, and what it was for. */
  once: { key: string; of: string };
  savedAt: string;
}

const NOTHING: Typed = {
  business: '',
  subscriber: '',
  items: [],
  amount: '',
  priorFee: '',
  term: '',
  card: '',
  customerClass: '',
  decision: '',
  delivery: false,
  invoice: false,
};

export const fresh = (owner: string): Draft => ({
  owner,
  step: 'business',
  typed: NOTHING,
  kept: '',
  consent: false,
  once: { key: newKey(), of: '' },
  savedAt: '',
});

/** Another kind of business takes other products; what belongs to the customer stays. */
export const chosen = (typed: Typed, business: string): Typed =>
  typed.business === business ? typed : { ...typed, business, items: [], amount: '', decision: '' };

export type Field = 'subscriber' | 'card' | 'items' | 'amount' | 'priorFee' | 'term' | 'quantity' | 'imei';

/** Lines of handsets, each of which has a serial: those of the business that sells them. */
export const handsetLines = (business: readonly Business[]): string[] => business.find((one) => one.fact === 'terminal_sale')?.lines ?? [];

const serial = (text: string, from: number, to: number) => new RegExp(`^[A-Za-z0-9]{${from},${to}}$`).test(text.trim());

/** What is known of a product while it is chosen. */
export interface Known {
  /** Whether it is a handset, which has a serial and comes alone. */
  handset: (product: string) => boolean;
  /** Whether it may be the first product. */
  main: (product: string) => boolean;
}

/** With a product more; the one that may be first comes first. */
export function added(items: readonly Item[], product: string, known: Known): Item[] {
  const item = { product, quantity: '1', imei: '' };
  const first = items[0];
  return known.main(product) && (first === undefined || !known.main(first.product)) ? [item, ...items] : [...items, item];
}

/** With one product less; another one that may be first moves up. */
export function without(items: readonly Item[], at: number, known: Known): Item[] {
  const rest = items.filter((_, other) => other !== at);
  const main = rest.findIndex((item) => known.main(item.product));
  return main > 0 ? [rest[main]!, ...rest.filter((_, other) => other !== main)] : rest;
}

/** What is missing or cannot be, field by field; the server looks at all of it again. */
export function wrongs(typed: Typed, business: Business, known: Known): Partial<Record<Field, true>> {
  const wrong: Partial<Record<Field, true>> = {};
  if ((business.subscriber || typed.subscriber.trim() !== '') && !serial(typed.subscriber, 5, 20)) wrong.subscriber = true;
  if (business.card && !serial(typed.card, 5, 40)) wrong.card = true;
  if (business.lines.length > 0) {
    if (typed.items[0] === undefined || !known.main(typed.items[0].product)) wrong.items = true;
    for (const item of typed.items) {
      if (!/^\d{1,4}$/.test(item.quantity) || Number(item.quantity) < 1 || Number(item.quantity) > 1000) wrong.quantity = true;
      if (known.handset(item.product) && !serial(item.imei, 14, 17)) wrong.imei = true;
    }
  } else {
    const fen = typed.amount.trim() === '' && business.card ? 0 : fenOf(typed.amount);
    if (fen === undefined || fen < 0 || (fen === 0 && !business.card)) wrong.amount = true;
  }
  if (typed.priorFee.trim() !== '' && (fenOf(typed.priorFee) ?? -1) < 0) wrong.priorFee = true;
  if (typed.term.trim() !== '' && !(/^\d{1,2}$/.test(typed.term.trim()) && Number(typed.term) <= 60)) wrong.term = true;
  return wrong;
}

/** What the server is asked for. */
export function wantedOf(typed: Typed, business: Business): Wanted {
  const products = business.lines.length > 0;
  return {
    business: typed.business,
    subscriber: typed.subscriber.trim(),
    items: products
      ? typed.items.map((item) => ({ product: item.product, quantity: Number(item.quantity) || 1, imei: item.imei.trim() }))
      : [],
    amount: products ? 0 : (fenOf(typed.amount) ?? 0),
    prior_fee: fenOf(typed.priorFee) ?? 0,
    term_months: products ? Number(typed.term) || 0 : 0,
    card: business.card ? typed.card.trim() : '',
    customer_class: typed.customerClass.trim(),
    decision: typed.decision || null,
    delivery: typed.delivery,
    invoice: typed.invoice,
  };
}

const yuanOf = (fen: number) => (fen === 0 ? '' : money(fen).replaceAll(',', ''));

/** Goes on with a draft the server has. The subscriber's number is masked there: who changes the order types it again. */
export function resumed(owner: string, whole: Whole): Draft {
  const { order } = whole;
  const amount = whole.items.some((item) => item.product !== '') ? '' : yuanOf(order.amount);
  return {
    ...fresh(owner),
    step: nextStep(whole),
    order: { id: order.id, version: order.version },
    typed: {
      ...NOTHING,
      business: order.business,
      items: whole.items
        .filter((item) => item.product !== '')
        .map((item) => ({ product: item.product, quantity: String(item.quantity), imei: item.imei })),
      amount,
      priorFee: yuanOf(whole.prior_fee),
      term: whole.term_months ? String(whole.term_months) : '',
      card: whole.card,
      customerClass: whole.customer_class,
      decision: whole.decision ?? '',
    },
  };
}

/** Where a draft stands: at the check while one is asked for and has not passed, else at the terms. */
export const nextStep = (whole: Whole): Step => (whole.acts.includes('identify') && !whole.identity?.passed ? 'identity' : 'terms');

/** The key of the request that begins an order with this content: the same for the same content. */
export function onceFor(draft: Draft, wanted: Wanted): Draft['once'] {
  const of = JSON.stringify(wanted);
  return draft.once.of === of ? draft.once : { key: newKey(), of };
}

const store = createStore('qudao-orders', 'drafts');

export const draftOf = (owner: string): Promise<Draft | undefined> => get<Draft>(owner, store);

export async function keep(draft: Draft): Promise<Draft> {
  const kept = { ...draft, savedAt: new Date().toISOString() };
  await set(draft.owner, kept, store);
  return kept;
}

export const drop = (owner: string): Promise<void> => del(owner, store);
