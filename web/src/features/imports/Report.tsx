import { Alert } from 'antd';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';

/** What a check or a load found, to the row and the fen. */
export function Report({ report }: { report: Schema<'ImportFound'> }) {
  const t = useT('imports');
  const { received, accepted, rejected } = report;
  const tone = report.outcome === 'refused' ? 'warning' : report.outcome === 'nothing' ? 'info' : rejected > 0 ? 'warning' : 'success';
  const facts: [string, number][] = [
    [t('duplicates'), report.duplicates],
    [t('conflicts'), report.conflicts],
    [t('corrections'), report.corrections],
    [t('unattributed'), report.unattributed],
  ];
  const notes = [
    facts
      .filter(([, value]) => value > 0)
      .map(([name, value]) => `${name} ${count(value)}`)
      .join(' · '),
    report.outcome === 'nothing' && t('nothing'),
    report.ignored.length > 0 && t('ignored', { columns: report.ignored.join(' ') }),
    report.unknown_codes.length > 0 && t('unknownCodes', { codes: report.unknown_codes.join(' ') }),
  ].filter(Boolean);
  return (
    <Alert
      type={tone}
      showIcon
      title={t('account', { received: count(received), accepted: count(accepted), rejected: count(rejected) })}
      description={notes.length > 0 ? notes.map((note, index) => <div key={index}>{note}</div>) : undefined}
    />
  );
}

/** Accounts by day and kind (R0.14). */
export function Days({ report }: { report: Schema<'ImportFound'> }) {
  const t = useT('imports');
  return (
    <PlainTable label={t('daysTable')} maxHeight={360}>
      <thead>
        <tr>
          <th scope="col">{t('day')}</th>
          <th scope="col">{t('kind')}</th>
          {(['received', 'accepted', 'rejected', 'amount'] as const).map((key) => (
            <th key={key} scope="col" className="num">
              {t(key)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {report.days.map((day) => (
          <tr key={`${day.day ?? ''}/${day.kind}`}>
            <th scope="row">{day.day ?? t('noDay')}</th>
            <td>{day.title}</td>
            <td className="num">{count(day.received)}</td>
            <td className="num">{count(day.accepted)}</td>
            <td className="num">{count(day.rejected)}</td>
            <td className="num">
              <Money fen={day.amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
