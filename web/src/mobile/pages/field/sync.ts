// Sending what the phone keeps: writes by the batch, each photo by itself and in parts, then promises and the diary. Whatever is interrupted is begun again
// where it stood; the server knows what it has by its ids and hashes, so nothing is lost and nothing is there twice. Only what a receipt names leaves the phone.
import { isApiError } from '@/api/errors';
import { all, change, get, put } from './box';
import { at, picturesOf, visitOf, visitsOf, writesOf, type Kept, type Picture, type Visit } from './draft';
import { nowUs } from './ids';
import { send as sendTask, type Task } from './tasks';
import type { Conflict, Receipt } from './records';

export interface Upload {
  device: string;
  device_now_us: number;
  header: Visit['header'];
  writes: Omit<Kept, 'refused'>[];
}

export interface Progress {
  have: number;
  whole: boolean;
}

/** The server, as far as sending needs it. */
export interface Server {
  upload: (visit: string, body: Upload) => Promise<Receipt>;
  progress: (visit: string, sha256: string) => Promise<Progress>;
  part: (visit: string, sha256: string, offset: number, size: number, bytes: Blob) => Promise<Progress>;
  conflicts: (visit: string) => Promise<Conflict[]>;
  task: (task: Task) => Promise<void>;
}

export interface Rules {
  device: string;
  /** Most writes at once, and bytes of a part. */
  writes: number;
  part: number;
}

/** What the server will not take as it is, against a line that broke: the one is shown, the other tried again. */
const final = (error: unknown) =>
  isApiError(error) && error.status >= 400 && error.status < 500 && ![401, 408, 425, 429].includes(error.status);

const words = (error: unknown) => (isApiError(error) ? { code: error.code, text: error.message } : { code: '', text: String(error) });

/** Sends a visit as far as the line holds. */
export async function sendVisit(owner: string, id: string, server: Server, rules: Rules): Promise<void> {
  try {
    let receipt = await sendWrites(owner, id, server, rules);
    const came = await sendPictures(owner, id, server, rules);
    // Asked again where pictures came, and where what follows from the last receipt was cut off.
    if (came || (receipt === undefined && !(await visitOf(owner, id))?.concluded)) receipt = await ask(owner, id, server, rules, []);
    if (receipt) await conclude(owner, id, receipt, server);
  } catch (error) {
    if (!final(error)) throw error;
    const visit = await visitOf(owner, id);
    if (visit) await put(at.visit(owner, id), { ...visit, refused: words(error) });
  }
}

/** Writes that wait, by the batch; the last receipt, if there was anything to say. */
async function sendWrites(owner: string, id: string, server: Server, rules: Rules): Promise<Receipt | undefined> {
  let receipt: Receipt | undefined;
  for (;;) {
    const waiting = (await writesOf(owner, id)).filter((one) => !one.refused).slice(0, rules.writes);
    const visit = await visitOf(owner, id);
    if (!visit || (waiting.length === 0 && visit.receipt)) return receipt;
    receipt = await ask(owner, id, server, rules, waiting);
    if (waiting.length < rules.writes) return receipt;
  }
}

async function ask(owner: string, id: string, server: Server, rules: Rules, writes: Kept[]): Promise<Receipt> {
  const { header } = (await visitOf(owner, id))!;
  const bare = writes.map(({ id: name, seq, path, at_us, replaces, value }) => ({ id: name, seq, path, at_us, replaces, value }));
  const receipt = await server.upload(id, { device: rules.device, device_now_us: nowUs(), header, writes: bare });
  await take(owner, id, { header, writes }, receipt);
  return receipt;
}

/** Takes a receipt: what was kept leaves, what was refused says why, what it does not name stays. */
async function take(owner: string, id: string, sent: { header: Visit['header']; writes: Kept[] }, receipt: Receipt): Promise<void> {
  const { writes, ...rest } = receipt;
  const became = new Map(writes.map((one) => [one.id, one]));
  await change(async (tx) => {
    const visit = await tx.get<Visit>(...at.visit(owner, id));
    if (!visit) return;
    for (const one of sent.writes) {
      const taken = became.get(one.id);
      const key = at.write(owner, id, one);
      // It may have been put right and taken away meanwhile.
      if ((await tx.get(...key)) === undefined) continue;
      if (taken?.taken === 'kept' || taken?.taken === 'again') tx.del(key);
      else if (taken?.refusal) tx.put(key, { ...one, refused: taken.refusal });
    }
    // A checklist that was added meanwhile has to be told yet.
    const told = JSON.stringify(visit.header) === JSON.stringify(sent.header);
    tx.put(at.visit(owner, id), { ...visit, receipt: told ? rest : undefined, refused: undefined, concluded: false });
  });
}

/** Every picture that waits, one by one; whether any came to its end now. */
async function sendPictures(owner: string, id: string, server: Server, rules: Rules): Promise<boolean> {
  const waiting = (await picturesOf(owner, id)).filter((one) => !one.refused);
  for (const picture of waiting.filter((one) => !one.sent)) {
    try {
      await sendPicture(id, picture, server, rules);
    } catch (error) {
      if (!final(error)) throw error;
      await mark(owner, id, { ...picture, refused: words(error).text });
      continue;
    }
    await mark(owner, id, { ...picture, sent: true });
  }
  return waiting.length > 0;
}

async function mark(owner: string, id: string, picture: Picture): Promise<void> {
  await change(async (tx) => {
    const key = at.photo(owner, id, picture.sha256);
    if (await tx.get(...key)) tx.put(key, picture);
  });
}

/** How often the server may say that it is elsewhere, or that the photo came damaged. */
const TURNS = 3;

/** One picture, from where the server is. */
async function sendPicture(id: string, { sha256, blob }: Picture, server: Server, rules: Rules): Promise<void> {
  for (let turn = 1; ; turn += 1) {
    try {
      let { have, whole } = await server.progress(id, sha256);
      // It is there, from this visit or another one: an empty part says that it belongs to this one, too.
      if (whole) whole = (await server.part(id, sha256, blob.size, blob.size, blob.slice(0, 0))).whole;
      while (!whole) ({ have, whole } = await server.part(id, sha256, have, blob.size, blob.slice(have, have + rules.part)));
      return;
    } catch (error) {
      const again = isApiError(error) && ['field.photo.offset', 'field.photo.damaged', 'field.photo.none'].includes(error.code);
      if (!again || turn === TURNS) throw error;
    }
  }
}

/** What follows from the last receipt: pictures the visit has leave the phone, two values of a field are asked for, the visit is done or not. */
async function conclude(owner: string, id: string, receipt: Receipt, server: Server): Promise<void> {
  const torn = receipt.flags.some((flag) => flag.kind === 'conflict');
  const conflicts = torn ? await server.conflicts(id) : [];
  await change(async (tx) => {
    const visit = await tx.get<Visit>(...at.visit(owner, id));
    if (!visit) return;
    const pictures = await tx.all<Picture>('photo', owner, id);
    let left = 0;
    for (const picture of pictures) {
      const key = at.photo(owner, id, picture.sha256);
      if (picture.sent && !receipt.missing.includes(picture.sha256)) tx.del(key);
      else {
        left += 1;
        if (picture.sent) tx.put(key, { ...picture, sent: false });
      }
    }
    const waiting = await tx.keys('write', owner, id);
    const reported = receipt.state === 'reported' || receipt.state === 'reviewed';
    // Its report may have been written while this was on its way: then it is told again.
    const done = reported && left === 0 && waiting.length === 0 && !torn;
    tx.put(at.visit(owner, id), { ...visit, conflicts, concluded: true, done });
  });
}

/** Whether a visit has anything to send. */
async function waits(visit: Visit): Promise<boolean> {
  if (visit.done || visit.refused) return false;
  const [writes, pictures] = await Promise.all([writesOf(visit.owner, visit.id), picturesOf(visit.owner, visit.id)]);
  return !visit.receipt || !visit.concluded || writes.some((one) => !one.refused) || pictures.some((one) => !one.refused);
}

/** Sends everything of somebody: visits in the order they were begun, then what was promised, the diary last. A broken line ends it, and is thrown. */
export async function sendAll(owner: string, server: Server, rules: Rules): Promise<void> {
  for (const visit of await visitsOf(owner)) if (await waits(visit)) await sendVisit(owner, visit.id, server, rules);
  for (const task of await all<Task>('task', owner)) {
    if (task.refused) continue;
    try {
      await sendTask(task, server);
    } catch (error) {
      if (!final(error)) throw error;
      const key = ['task', owner, task.id];
      // It may have been taken back meanwhile.
      if (await get(...key)) await put(key, { ...task, refused: words(error).text });
    }
  }
}

/** Tries what was refused once more. */
export async function retry(owner: string): Promise<void> {
  await change(async (tx) => {
    for (const visit of await tx.all<Visit>('visit', owner)) {
      if (visit.refused) tx.put(at.visit(owner, visit.id), { ...visit, refused: undefined });
      for (const { refused: _, ...picture } of await tx.all<Picture>('photo', owner, visit.id))
        tx.put(at.photo(owner, visit.id, picture.sha256), picture);
    }
    for (const { refused: _, ...task } of await tx.all<Task>('task', owner)) tx.put(['task', owner, task.id], task);
  });
}
