// What the pages of the network share: words to filter by, areas to choose from.
import { useMemo } from 'react';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import type { Area } from '@/shared/ui/Pickers';
import type { Tone } from '@/shared/ui/StatusTag';

export type PartnerRow = Schema<'PartnerRow'>;
export type OutletRow = Schema<'OutletRow'>;
export type ClerkRow = Schema<'ClerkRow'>;

const STILL = { staleTime: 10 * 60_000 };

/** Tiers, categories, sub-types and grades, labelled in the language of the page. */
export function useWords() {
  const words = api.useQuery('get', '/api/v1/network/words', {}, STILL).data;
  const label = useMemo(() => {
    const all = [...(words?.tiers ?? []), ...(words?.channels ?? []), ...(words?.subtypes ?? [])];
    const known = new Map(all.map((word) => [word.value, word.label]));
    return (value: string) => known.get(value) ?? value;
  }, [words]);
  return {
    tiers: words?.tiers ?? [],
    channels: words?.channels ?? [],
    subtypes: words?.subtypes ?? [],
    grades: words?.grades ?? [],
    label,
  };
}

/** The territory tree as far as one may see something in it. */
export function useAreas(): { areas: Area[]; loading: boolean } {
  const query = api.useQuery('get', '/api/v1/network/areas', {}, STILL);
  const areas = useMemo(() => {
    const nodes = new Map<string, Area>((query.data ?? []).map(({ code, name }) => [code, { code, name }]));
    const roots: Area[] = [];
    for (const { code, above } of query.data ?? []) {
      const node = nodes.get(code)!;
      const parent = nodes.get(above);
      if (parent) (parent.children ??= []).push(node);
      else roots.push(node);
    }
    return roots;
  }, [query.data]);
  return { areas, loading: query.isPending };
}

export const TONES: Record<string, Tone> = { active: 'good', coming: 'info', ended: 'plain' };

/** State tabs of the three lists. */
export function useStateTabs() {
  const t = useT('network');
  const common = useT('common');
  return {
    param: 'state',
    items: [
      { value: '', label: common('all') },
      ...(['active', 'coming', 'ended'] as const).map((value) => ({ value, label: t(`state.${value}`) })),
    ],
  };
}
