import { useT } from '@/i18n';

/** A value in words: whether a switch is on, that there is none, or the value as it was set. */
export function useSaid(): (unit: string | undefined, value: string | null) => string {
  const t = useT('parameters');
  return (unit, value) => {
    if (value === null) return t('notSet');
    return unit === 'switch' && (value === 'on' || value === 'off') ? t(value) : value;
  };
}
