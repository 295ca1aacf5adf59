import { Link } from '@tanstack/react-router';
import { Timeline } from 'antd';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { range } from '@/shared/format/time';
import { Money } from '@/shared/ui/Money';
import { EmptyBox } from '@/shared/ui/QueryState';

/** What a record was, from a day to a day; the newest first. */
export function History({ rows }: { rows: Schema<'Lived'>[] }) {
  const t = useT('network');
  return (
    <Timeline
      style={{ marginTop: 8 }}
      items={rows.toReversed().map((row, index) => ({
        key: row.from,
        color: index === 0 ? 'blue' : 'gray',
        content: (
          <>
            <div className="muted">{range(row.from, row.to ?? t('openEnd'))}</div>
            {row.what}
          </>
        ),
      }))}
    />
  );
}

/** Records beside one, each a link. */
export function NamedList({ rows, to, none }: { rows: Schema<'Named'>[]; to: string; none: string }) {
  if (rows.length === 0) return <EmptyBox title={none} />;
  return (
    <table className="plain-table">
      <tbody>
        {rows.map((row) => (
          <tr key={row.code}>
            <td>
              <Link to={to} search={{ id: row.code } as never}>
                {row.code}
              </Link>
            </td>
            <td>{row.name}</td>
            <td className="muted">{row.note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Terms of cooperation. */
export function Agreements({ rows }: { rows: Schema<'Term'>[] }) {
  const t = useT('network');
  const common = useT('common');
  if (rows.length === 0) return <EmptyBox title={t('agreementsNone')} />;
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{t('code')}</th>
          <th scope="col">{t('term')}</th>
          <th scope="col" className="num">
            {t('commitment')}
          </th>
          <th scope="col">{t('renewed')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.code}>
            <td>{row.code}</td>
            <td>{range(row.from, row.to ?? t('openEnd'))}</td>
            <td className="num">
              <Money fen={row.commitment} />
            </td>
            <td>{row.renewed ? common('yes') : common('no')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
