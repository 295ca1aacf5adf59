// What the pages of the network share.
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { useAreas, useWords } from '@/shared/words';
import type { Tone } from '@/shared/ui/StatusTag';

export type PartnerRow = Schema<'PartnerRow'>;
export type OutletRow = Schema<'OutletRow'>;
export type ClerkRow = Schema<'ClerkRow'>;

export { useAreas, useWords };

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
