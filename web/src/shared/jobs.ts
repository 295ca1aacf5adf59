// Long work on the server, followed as it goes.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answer, http, type Schema } from '@/api/client';

export type Job = Schema<'JobView'>;

const ENDS = ['done', 'failed', 'cancelled'];

const ended = (job?: Job) => job !== undefined && ENDS.includes(job.state);

/** Follows a job over server-sent events; where they break off it asks every few seconds. `lost` says that they broke off. */
export function useJob(id: string | undefined): { job?: Job; lost: boolean; error: unknown } {
  const client = useQueryClient();
  const [lost, setLost] = useState(false);
  const query = useQuery({
    queryKey: ['job', id],
    enabled: id !== undefined,
    queryFn: () => answer(http.GET('/api/v1/jobs/{id}', { params: { path: { id: id as string } } })),
    refetchInterval: ({ state }) => (lost && !ended(state.data) ? 3000 : false),
  });
  const over = ended(query.data);
  useEffect(() => {
    if (id === undefined || over || typeof EventSource === 'undefined') return;
    const events = new EventSource(`/api/v1/jobs/${encodeURIComponent(id)}/events`);
    const take = (event: MessageEvent<string>) => {
      setLost(false);
      client.setQueryData(['job', id], JSON.parse(event.data) as Job);
    };
    events.addEventListener('message', take);
    events.addEventListener('job', take);
    events.addEventListener('error', () => setLost(true));
    return () => events.close();
  }, [id, over, client]);
  return { job: query.data, lost: lost && !over, error: query.error };
}
