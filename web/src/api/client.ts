// The one place that talks to the server.
import { QueryClient } from '@tanstack/react-query';
import createClient, { type Middleware } from 'openapi-fetch';
import createQuery from 'openapi-react-query';
import { currentLang, onLang, text } from '@/i18n';
import { ApiError, problemOf } from './errors';
import { askToSignIn } from './expired';
import type { components, paths } from './schema';

/** The server's types by name: `Schema<'Me'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Where nobody being signed in is an answer and not an interruption. */
const QUIET = ['/api/v1/session', '/api/v1/me'];

let signedIn = false;

/** Told by the frame: from the first sign-in on, a 401 opens the dialog over the page. */
export function setSignedIn(now: boolean): void {
  signedIn = now;
}

/** Calls the server; a lost connection becomes an `ApiError` too. */
async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    const words = text('common', 'offline');
    throw new ApiError({ type: 'about:blank', title: words, status: 0, code: 'client.offline', detail: words, trace_id: '' });
  }
}

async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await reach(request);
  const path = new URL(request.url).pathname;
  if (response.status !== 401 || !signedIn || QUIET.includes(path)) return response;
  return (await askToSignIn()) ? reach(again) : response;
}

const manners: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', currentLang());
    if (request.method !== 'GET' && request.method !== 'HEAD') request.headers.set('X-Qudao', '1');
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw new ApiError(await problemOf(response));
  },
};

/** Typed calls: `await http.POST('/api/v1/…', { body })`. Throws `ApiError`. */
export const http = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin', fetch: send });
http.use(manners);

/** Hooks of TanStack Query over the same calls: `api.useQuery('get', '/api/v1/…', { params })`. */
export const api = createQuery(http);

/** What a call answered; openapi-fetch types it as absent for refusals, which are thrown here. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** Header of a command that must not happen twice. Make the key when the form opens, keep it until it closes. */
export const onceHeader = (key: string) => ({ 'Idempotency-Key': key });

/** A fresh key for `onceHeader`. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Header of a change of a record that was read at this version. */
export const ifMatch = (version: number | string) => ({ 'If-Match': `"${version}"` });

/** Uploads as a stream of bytes or a form, with the same manners; for what openapi-fetch cannot type. */
export async function upload(path: string, body: BodyInit, headers: Record<string, string> = {}, method = 'POST'): Promise<unknown> {
  const own = { 'Accept-Language': currentLang(), 'X-Qudao': '1' };
  const response = await send(new Request(new URL(path, location.origin), { method, body, headers: { ...own, ...headers } }));
  if (!response.ok) throw new ApiError(await problemOf(response));
  return response.headers.get('content-type')?.includes('json') ? response.json() : undefined;
}

/** One cache for the whole page. Refusals are not asked again; a lost connection is, twice. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
    },
  },
});

// What the server said in one language is asked again in the other.
onLang(() => void queries.invalidateQueries());
