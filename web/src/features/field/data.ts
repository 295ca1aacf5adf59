// Lists of the field as the table of the console reads them.
import { answer, api, http, queries, type Schema } from '@/api/client';
import type { Params } from '@/shared/url';
import type { Rows } from '@/shared/ui/ResourceTable';

export type VisitLine = Schema<'VisitLine'>;

/** A page of visits; the server gives no count of all of them. */
export async function visits({ after, limit, manager, outlet, from, to, counts }: Params, signal?: AbortSignal): Promise<Rows<VisitLine>> {
  const asked = { manager, outlet, from, to, counts, cursor: after, limit: limit === undefined ? undefined : Number(limit) };
  const page = await answer(http.GET('/api/v1/field/visits', { params: { query: asked }, signal }));
  return { items: page.rows, next: page.next };
}

/** All visits of a manager's day, in the order of time. */
export async function visitsOfDay(manager: string, day: string, signal?: AbortSignal): Promise<VisitLine[]> {
  const found: VisitLine[] = [];
  let after: string | undefined;
  do {
    const page = await visits({ manager, from: day, to: day, limit: '500', ...(after ? { after } : {}) }, signal);
    found.push(...page.items);
    after = page.next ?? undefined;
  } while (after);
  return found.toSorted((a, b) => (a.entered_us ?? Infinity) - (b.entered_us ?? Infinity));
}

/** A part of rows that came whole, as the table asks for it. */
export function paged<Row>(rows: Row[], { after, limit }: Params): Rows<Row> {
  const from = Number(after ?? 0);
  const to = from + Number(limit ?? 50);
  return { items: rows.slice(from, to), next: to < rows.length ? String(to) : null, total: rows.length };
}

/** Steps, purposes and checklists; they change with versions of the house only. */
export const useSetup = () => api.useQuery('get', '/api/v1/field/setup', {}, { staleTime: 10 * 60_000 });

/** What a purpose is called. */
export function usePurposes(): (id: string) => string {
  const known = new Map((useSetup().data?.purposes ?? []).map((one) => [one.id, one.name]));
  return (id) => known.get(id) ?? id;
}

/** Photo of a visit. */
export const photoAt = (visit: string, sha256: string): string => `/api/v1/field/visits/${encodeURIComponent(visit)}/photos/${sha256}`;

/** Reads everything of the field anew. */
export const refresh = () => queries.invalidateQueries();
