import { useT } from '@/i18n';
import type { Change } from '@/shared/flows/form';
import { Strip } from '../../kit';

/** What somebody else changed meanwhile. */
export function Changed({ changes }: { changes: Change[] }) {
  const t = useT('flows');
  if (changes.length === 0) return null;
  return (
    <Strip tone="warn">
      {t('changedMeanwhile')}
      <ul>
        {changes.map((one) => (
          <li key={one.name}>{`${one.name} ${one.before} → ${one.after}`}</li>
        ))}
      </ul>
    </Strip>
  );
}
