// The words partners and outlets are classified by, and the areas one may choose from.
import { useMemo } from 'react';
import { api } from '@/api/client';
import { usePermission } from '@/shared/permissions';
import type { Area } from '@/shared/ui/Pickers';

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

/** The territory tree as far as one may see something in it; empty for who sees no outlets. */
export function useAreas(): { areas: Area[]; loading: boolean } {
  const enabled = usePermission('partner.read');
  const query = api.useQuery('get', '/api/v1/network/areas', {}, { ...STILL, enabled });
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
  return { areas, loading: query.isLoading };
}

/** What an area is called; its code where that is not known. */
export function areaName(areas: Area[], code: string): string {
  const step = areas.find((area) => code.startsWith(area.code));
  if (!step) return code;
  return step.code === code ? step.name : areaName(step.children ?? [], code);
}
