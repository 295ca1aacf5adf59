// Visits on the phone: what was written, as small items that never change, and what holds now. A write is kept before anybody sees it, together with its
// photos; it leaves the phone when the server has it.
import type { Schema } from '@/api/client';
import { all, change, get, keys, type Tx } from './box';
import { nowUs, ulid } from './ids';
import { path, type Conflict, type Fields, type PhotoFact, type Receipt, type Stop, type Template } from './records';

/** A write, as the server takes it. */
export interface Write {
  id: string;
  /** One more than the greatest this phone had seen of the visit. */
  seq: number;
  path: string;
  at_us: number;
  /** Writes of the field this one replaces. */
  replaces: string[];
  value: unknown;
}

/** A write on its way; one the server refused stays, and says why. */
export interface Kept extends Write {
  refused?: { code: string; text: string };
}

/** A photo or signature on its way. */
export interface Picture {
  sha256: string;
  blob: Blob;
  /** The server said that it is whole; it stays until a receipt says that the visit has it. */
  sent: boolean;
  refused?: string;
}

/** What holds in a field. */
export interface Field {
  path: string;
  value: unknown;
  /** Writes the next one replaces. */
  heads: string[];
  seq: number;
}

/** A visit. */
export interface Visit {
  id: string;
  owner: string;
  /** What was known of the outlet when it was begun. */
  stop: Stop;
  /** The day it is of. */
  day: string;
  header: Schema<'VisitHeader'>;
  /** Its checklists as they were when it began: a later version changes nothing of it. */
  templates: Template[];
  seq: number;
  /** What the server said last; the writes in it are dealt with. */
  receipt?: Omit<Receipt, 'writes'>;
  /** Whether what follows from that receipt is done: pictures taken away, conflicts asked for. */
  concluded: boolean;
  /** Fields with two values, as the server showed them. */
  conflicts: Conflict[];
  /** Why the server takes nothing of it. */
  refused?: { code: string; text: string };
  /** Reported, and all of it is with the server. */
  done: boolean;
}

/** How a field is to change; null clears it. */
export interface Change {
  path: string;
  value: unknown;
}

/** A picture with its content's SHA-256. */
export interface Shot {
  sha256: string;
  blob: Blob;
  /** What it says of itself; a signature says nothing. */
  fact?: PhotoFact;
}

const versions = (templates: readonly Template[]) => Object.fromEntries(templates.map((one) => [one.id, one.version]));

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
const pad = (seq: number) => String(seq).padStart(10, '0');

export const at = {
  visit: (owner: string, id: string) => ['visit', owner, id],
  write: (owner: string, id: string, write: Write) => ['write', owner, id, pad(write.seq), write.id],
  field: (owner: string, id: string, name: string) => ['field', owner, id, name],
  photo: (owner: string, id: string, sha256: string) => ['photo', owner, id, sha256],
};

export const visitOf = (owner: string, id: string): Promise<Visit | undefined> => get<Visit>(...at.visit(owner, id));
export const visitsOf = (owner: string): Promise<Visit[]> => all<Visit>('visit', owner);
export const writesOf = (owner: string, id: string): Promise<Kept[]> => all<Kept>('write', owner, id);
export const picturesOf = (owner: string, id: string): Promise<Picture[]> => all<Picture>('photo', owner, id);
export const pictureOf = (owner: string, id: string, sha256: string): Promise<Picture | undefined> =>
  get<Picture>(...at.photo(owner, id, sha256));

/** What holds in the fields of a visit. */
export async function fieldsOf(owner: string, id: string): Promise<Fields> {
  return Object.fromEntries((await all<Field>('field', owner, id)).map((field) => [field.path, field.value]));
}

interface Begun {
  owner: string;
  stop: Stop;
  day: string;
  planned: boolean;
  purposes: string[];
  templates: Template[];
  /** What is written at once: goals. */
  changes: Change[];
  /** The visit of that day another phone began, with what the server has of it. */
  known?: { id: string; fields: Fields };
}

/** Begins a visit, or goes on with the one of that outlet and day. */
export async function begin(begun: Begun): Promise<Visit> {
  const { owner, stop, day, purposes, templates } = begun;
  return change(async (tx) => {
    const visits = await tx.all<Visit>('visit', owner);
    const open = visits.find((visit) => visit.stop.outlet.code === stop.outlet.code && visit.day === day && !visit.done);
    if (open) return open;
    const id = begun.known?.id ?? ulid();
    const header = {
      outlet: stop.outlet.code,
      purposes,
      planned_on: begun.planned ? day : null,
      began_us: nowUs(),
      templates: versions(templates),
    };
    const visit: Visit = { id, owner, stop, day, header, templates, seq: 0, concluded: false, conflicts: [], done: false };
    for (const [name, value] of Object.entries(begun.known?.fields ?? {})) {
      const field: Field = { path: name, value, heads: [], seq: 0 };
      tx.put(at.field(owner, id, name), field);
    }
    const fresh = begun.changes.filter((one) => begun.known?.fields[one.path] === undefined);
    await append(tx, visit, fresh, []);
    return visit;
  });
}

/** Writes into a visit, with the pictures that belong to it, as one. What did not change is not written. */
export async function write(owner: string, id: string, changes: Change[], shots: Shot[] = []): Promise<void> {
  await change(async (tx) => {
    const visit = await tx.get<Visit>(...at.visit(owner, id));
    if (visit) await append(tx, visit, changes, shots);
  });
}

async function append(tx: Tx, visit: Visit, changes: Change[], shots: Shot[]): Promise<void> {
  const { owner, id } = visit;
  const facts = shots.flatMap((shot) => (shot.fact ? [{ path: path.photo(shot.sha256), value: shot.fact }] : []));
  for (const { sha256, blob } of shots) tx.put(at.photo(owner, id, sha256), { sha256, blob, sent: false } satisfies Picture);
  const waiting = await tx.all<Kept>('write', owner, id);
  for (const { path: name, value } of [...facts, ...changes]) {
    const before = await tx.get<Field>(...at.field(owner, id, name));
    if (before && same(before.value, value)) continue;
    // What was refused is put right by what is written now.
    const refused = waiting.filter((one) => one.path === name && one.refused);
    for (const one of refused) tx.del(at.write(owner, id, one));
    const gone = new Set(refused.map((one) => one.id));
    put(
      tx,
      visit,
      { path: name, value },
      (before?.heads ?? []).filter((head) => !gone.has(head)),
    );
  }
  // Something more came: it is with the server only when this is, too.
  visit.done = false;
  tx.put(at.visit(owner, id), visit);
}

function put(tx: Tx, visit: Visit, { path: name, value }: Change, replaces: string[]): void {
  const { owner, id } = visit;
  visit.seq += 1;
  const made: Write = { id: ulid(), seq: visit.seq, path: name, at_us: nowUs(), replaces, value };
  tx.put(at.write(owner, id, made), made);
  tx.put(at.field(owner, id, name), { path: name, value, heads: [made.id], seq: made.seq } satisfies Field);
}

/** A further checklist or purpose, from now on. */
export async function widen(owner: string, id: string, more: { templates?: Template[]; purposes?: string[] }): Promise<void> {
  await change(async (tx) => {
    const visit = await tx.get<Visit>(...at.visit(owner, id));
    if (!visit) return;
    const added = (more.templates ?? []).filter((one) => visit.header.templates?.[one.id] === undefined);
    const templates = { ...versions(added), ...visit.header.templates };
    const purposes = [...new Set([...(visit.header.purposes ?? []), ...(more.purposes ?? [])])];
    // The header goes along with every upload; without a receipt it is as good as never sent.
    const header = { ...visit.header, templates, purposes };
    tx.put(at.visit(owner, id), { ...visit, header, templates: [...visit.templates, ...added], done: false, receipt: undefined });
  });
}

/** A picture that is not wanted after all, with what said so. */
export async function discard(owner: string, id: string, sha256: string, changes: Change[]): Promise<void> {
  await change(async (tx) => {
    const visit = await tx.get<Visit>(...at.visit(owner, id));
    if (!visit) return;
    tx.del(at.photo(owner, id, sha256));
    await append(tx, visit, [{ path: path.photo(sha256), value: null }, ...changes], []);
  });
}

/** Most writes of a visit: no phone has counted further. */
const MOST_WRITES = 5_000;

/** Settles a field with two values: what is chosen replaces both. */
export async function settle(owner: string, id: string, conflict: Conflict, value: unknown): Promise<void> {
  await change(async (tx) => {
    const visit = await tx.get<Visit>(...at.visit(owner, id));
    if (!visit) return;
    const before = await tx.get<Field>(...at.field(owner, id, conflict.path));
    visit.seq += MOST_WRITES;
    put(tx, visit, { path: conflict.path, value }, [...new Set([...conflict.heads, ...(before?.heads ?? [])])]);
    const conflicts = visit.conflicts.filter((one) => one.path !== conflict.path);
    tx.put(at.visit(owner, id), { ...visit, conflicts, done: false });
  });
}

/** Another id for a visit whose id the server knows as somebody else's: everything that holds is written anew. */
export async function renew(owner: string, id: string): Promise<string | undefined> {
  return change(async (tx) => {
    const old = await tx.get<Visit>(...at.visit(owner, id));
    if (!old) return undefined;
    const visit: Visit = { ...old, id: ulid(), seq: 0, concluded: false, conflicts: [], done: false };
    delete visit.receipt;
    delete visit.refused;
    for (const field of await tx.all<Field>('field', owner, id)) put(tx, visit, { path: field.path, value: field.value }, []);
    for (const picture of await tx.all<Picture>('photo', owner, id))
      tx.put(at.photo(owner, visit.id, picture.sha256), { ...picture, sent: false });
    tx.put(at.visit(owner, visit.id), visit);
    forget(tx, owner, id);
    return visit.id;
  });
}

function forget(tx: Tx, owner: string, id: string): void {
  tx.del(at.visit(owner, id));
  for (const kind of ['write', 'field', 'photo']) tx.clear(kind, owner, id);
}

/** Takes away visits that are with the server and older than a day. */
export async function sweep(owner: string, before: string): Promise<void> {
  const old = (await visitsOf(owner)).filter((visit) => visit.done && visit.day < before);
  if (old.length === 0) return;
  await change(async (tx) => {
    for (const visit of old) forget(tx, owner, visit.id);
  });
}

/** How much is not with the server yet. */
export interface Unsent {
  writes: number;
  photos: number;
  /** Calls, promises and diaries. */
  others: number;
  /** Of all, what the server refused. */
  refused: number;
}

/** How much of somebody's work is on this phone only. */
export async function unsentOf(owner: string): Promise<Unsent> {
  const [writes, photos, others] = await Promise.all([
    all<Kept>('write', owner),
    keys('photo', owner),
    all<{ refused?: string }>('task', owner),
  ]);
  let refused = [...writes, ...others].filter((one) => one.refused).length;
  for (const visit of await visitsOf(owner)) if (visit.refused) refused += (await writesOf(owner, visit.id)).length;
  return { writes: writes.length, photos: photos.length, others: others.length, refused };
}

export const total = ({ writes, photos, others }: Unsent): number => writes + photos + others;
