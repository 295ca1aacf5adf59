// Disputes written without a network: kept on the phone, sent once when it is back. The key goes with the draft, so that a second sending is
// the same dispute.
import { createStore, del, entries, get, set } from 'idb-keyval';
import { answer, http, newKey, onceHeader, queries, upload, type Schema } from '@/api/client';
import { isApiError } from '@/api/errors';

export interface Draft {
  /** Login it belongs to. */
  owner: string;
  key: string;
  wish: Omit<Schema<'DisputeWish'>, 'claim' | 'photos'>;
  claim: string;
  photos: Blob[];
  savedAt: string;
  /** Waits to be sent. */
  queued: boolean;
  /** What the server refused. */
  refused?: string;
}

const store = createStore('qudao-disputes', 'drafts');

const nameOf = (owner: string, wish: Draft['wish']) =>
  [owner, wish.period, wish.partner, wish.policy, wish.component, wish.basis, wish.payee, wish.kind, wish.part].join('|');

export const draftOf = (owner: string, wish: Draft['wish']): Promise<Draft | undefined> => get<Draft>(nameOf(owner, wish), store);

export const fresh = (owner: string, wish: Draft['wish']): Draft => ({
  owner,
  key: newKey(),
  wish,
  claim: '',
  photos: [],
  savedAt: '',
  queued: false,
});

export async function keep(draft: Draft): Promise<Draft> {
  const kept = { ...draft, savedAt: new Date().toISOString() };
  await set(nameOf(draft.owner, draft.wish), kept, store);
  return kept;
}

export const drop = (draft: Draft): Promise<void> => del(nameOf(draft.owner, draft.wish), store);

export const draftsOf = async (owner: string): Promise<Draft[]> =>
  (await entries<string, Draft>(store)).map(([, draft]) => draft).filter((draft) => draft.owner === owner);

/** Sends a draft: its photos first, which are the same however often they come, then the dispute under its key. */
export async function send(draft: Draft): Promise<Schema<'DisputeView'>> {
  const photos: string[] = [];
  for (const photo of draft.photos) {
    const brought = (await upload('/api/v1/attachments?name=photo.jpg', photo)) as Schema<'AttachmentView'>;
    photos.push(brought.id);
  }
  const body = { ...draft.wish, claim: draft.claim, photos };
  const made = await answer(
    http.POST('/api/v1/disputes', { body, params: { header: { 'Idempotency-Key': draft.key } }, headers: onceHeader(draft.key) }),
  );
  await drop(draft);
  await queries.invalidateQueries();
  return made;
}

let sending = false;

/** Sends what waits. A refusal stays with its draft; a lost connection leaves it waiting. */
export async function sendAll(owner: string): Promise<void> {
  if (sending || !navigator.onLine) return;
  sending = true;
  try {
    for (const draft of await draftsOf(owner)) {
      if (!draft.queued) continue;
      try {
        await send(draft);
      } catch (error) {
        if (isApiError(error) && error.offline) return;
        await keep({ ...draft, queued: false, refused: isApiError(error) ? error.message : String(error) });
      }
    }
  } finally {
    sending = false;
  }
}
