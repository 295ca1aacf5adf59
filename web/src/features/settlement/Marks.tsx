import { useT } from '@/i18n';
import { count, money } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import type { Period } from './labels';

/** Who took the month how far. */
export function Marks({ data }: { data: Period }) {
  const t = useT('settlement');
  const marks = [
    [t('trialBy'), data.trial],
    [t('submittedBy'), data.submitted],
    [t('publishedBy'), data.published],
    [t('closedBy'), data.closed],
  ] as const;
  return (
    <ul className="muted" style={{ margin: 0, paddingInlineStart: 18 }}>
      {marks.map(
        ([name, mark]) => mark && mark.by !== '' && <li key={name}>{`${name} · ${t('by', { by: mark.by, at: dateTime(mark.at) })}`}</li>,
      )}
      {data.reruns.map((one) => (
        <li key={one.number}>
          {t('rerun', { number: one.number, rows: count(one.rows), up: money(one.up), down: money(one.down), month: one.post_in })}
        </li>
      ))}
    </ul>
  );
}
