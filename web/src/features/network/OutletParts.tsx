import { Link } from '@tanstack/react-router';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { TONES } from '@/shared/flows/states';
import { count, percent } from '@/shared/format/money';
import { dateTime, month } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { growth } from './lives';

/** This month against the same days of the last, by kind of business. */
export function Business({ business }: { business: Schema<'OutletBusiness'> }) {
  const t = useT('life');
  if (business.figures.length === 0) return <EmptyBox title={t('noBusiness')} />;
  return (
    <PlainTable label={t('businessOf', { month: month(business.month) })}>
      <caption style={{ textAlign: 'start' }}>{t('businessOf', { month: month(business.month) })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('business_kind')}</th>
          {(['thisMonth', 'sameDays', 'change', 'wholeBefore'] as const).map((key) => (
            <th key={key} scope="col" className="num">
              {t(key)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {business.figures.map((row) => (
          <tr key={row.kind}>
            <th scope="row">{row.title}</th>
            <td className="num">{count(row.month)}</td>
            <td className="num">{count(row.before)}</td>
            <td className="num">
              <Change share={growth(row.month, row.before)} />
            </td>
            <td className="num">{count(row.whole_before)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

const Change = ({ share }: { share: number | undefined }) =>
  share === undefined ? '—' : <span className={share < 0 ? 'negative' : undefined}>{`${share > 0 ? '+' : ''}${percent(share)}`}</span>;

/** What the last statement of the owner says of it. */
export function Commission({ commission, owner }: { commission: Schema<'OutletCommission'> | null; owner: string }) {
  const t = useT('life');
  const may = usePermission('statement.read');
  if (!commission) return <EmptyBox title={owner ? t('noCommission') : t('noCommissionOwner')} />;
  const facts = [
    [t('period'), month(commission.period)],
    [t('lines'), count(commission.lines)],
    [t('payable'), <Money key="payable" fen={commission.payable} unit />],
    [t('ofStatement'), <Money key="of" fen={commission.of} unit />],
  ] as const;
  return (
    <dl className="record-head" style={{ border: 0, margin: 0, padding: 0 }}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>{t('statement')}</dt>
        <dd>
          {may ? (
            <Link to="/statements/$period/$partner" params={{ period: commission.period, partner: owner } as never}>
              {commission.statement}
            </Link>
          ) : (
            commission.statement
          )}
        </dd>
      </div>
    </dl>
  );
}

export function Documents({ rows }: { rows: Schema<'OutletDocument'>[] }) {
  const t = useT('life');
  if (rows.length === 0) return <EmptyBox title={t('noDocuments')} />;
  return (
    <PlainTable label={t('documents')} heads={[t('title'), t('changedAt')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Link to="/documents" search={{ id: row.id } as never}>
                {row.title}
              </Link>
            </th>
            <td>{dateTime(row.changed_at)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

export function Applications({ rows }: { rows: Schema<'OutletApplication'>[] }) {
  const t = useT('life');
  const label = useLabel('flows');
  if (rows.length === 0) return <EmptyBox title={t('noApplications')} />;
  return (
    <PlainTable label={t('applications')} heads={[t('number'), t('flow'), t('applicant'), t('state'), t('changedAt')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Link to="/applications/$id" params={{ id: row.id } as never}>
                {row.id}
              </Link>
            </th>
            <td>{row.flow_title}</td>
            <td>{row.applicant}</td>
            <td>
              <StatusTag tone={TONES[row.state]}>{label('states', row.state)}</StatusTag>
            </td>
            <td>{dateTime(row.changed_at)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** What was done to it, the newest first. */
export function Log({ rows }: { rows: Schema<'AuditView'>[] }) {
  const t = useT('life');
  const label = useLabel('audit');
  if (rows.length === 0) return <EmptyBox title={t('noLog')} />;
  return (
    <PlainTable label={t('log')} maxHeight={360} heads={[t('at'), t('by'), t('action'), t('reason')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.seq}>
            <td>{dateTime(row.at)}</td>
            <td>{row.who}</td>
            <td>{label('actions', row.action)}</td>
            <td>{row.reason ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
