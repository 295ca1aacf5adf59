// Outlines of areas, as deployed with the server.
import { useQuery } from '@tanstack/react-query';
import { answer, http } from '@/api/client';
import { isApiError } from '@/api/errors';
import type { Outlines } from './MapView';

/** Outlines of an area's parts where they are deployed; null where not. */
export function useOutlines(area: string): Outlines | null | undefined {
  return useQuery({
    queryKey: ['outlines', area],
    staleTime: Infinity,
    queryFn: async () => {
      try {
        const file = (await answer(http.GET('/api/v1/network/outlines/{area}', { params: { path: { area: area || 'country' } } }))) as {
          caption: string;
          outlines: object;
        };
        return { name: area || 'china', json: file.outlines, caption: file.caption };
      } catch (error) {
        if (isApiError(error) && error.status === 404) return null;
        throw error;
      }
    },
  }).data;
}
