import { Link } from '@tanstack/react-router';
import { Alert, Form, Input, Timeline } from 'antd';
import type { ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { LIFE_TONES } from '@/shared/lives';
import { usePermission } from '@/shared/permissions';
import { PlainTable } from '@/shared/ui/PlainTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import type { Life, Who } from './lives';

/** Where somebody stands in their life. */
export function LifeTag({ state }: { state: string }) {
  const label = useLabel('life');
  return <StatusTag tone={LIFE_TONES[state]}>{label('states', state)}</StatusTag>;
}

const TAKES_PART = ['flow.start', 'flow.decide', 'flow.read'];

/** The number of an application, which opens it for whoever takes part in any. */
export function ToApplication({ id }: { id: string }) {
  const may = usePermission(TAKES_PART);
  if (!may) return id;
  return (
    <Link to="/applications/$id" params={{ id } as never}>
      {id}
    </Link>
  );
}

/** A fact of a record's head. */
export const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** What every change of a state is given. */
export function ReasonField() {
  const t = useT('life');
  return (
    <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
      <Input.TextArea rows={2} maxLength={500} />
    </Form.Item>
  );
}

/** How somebody came to where they stand, the newest first. */
export function LifeLines({ life }: { life: Life }) {
  const t = useT('life');
  const label = useLabel('life');
  if (life.lines.length === 0) return <p className="muted">{t('noHistory')}</p>;
  return (
    <Timeline
      style={{ marginTop: 8 }}
      items={life.lines.toReversed().map((line, index) => ({
        key: line.seq,
        color: index === 0 ? 'blue' : 'gray',
        content: (
          <>
            <div className="muted">{line.from}</div>
            <strong>{label('states', line.state)}</strong> {line.reason}
            <div className="muted small">
              {line.who} {dateTime(line.at)} {line.application && <ToApplication id={line.application} />}
            </div>
          </>
        ),
      }))}
    />
  );
}

/** What somebody should know before anything else: merged away, kept out, on the way out. */
export function Marks({ who, life }: { who: Who; life: Life }) {
  const t = useT('life');
  const seesBlacklist = usePermission('blacklist.read');
  const merged = life.merged_into;
  const page = who === 'partner' ? '/partners/$code' : '/outlets/$code';
  const space = { marginBottom: 12 };
  return (
    <>
      {merged && (
        <Alert
          type="warning"
          showIcon
          style={space}
          title={t('mergedInto', { code: merged.new, from: merged.from })}
          description={t('mergedHelp', { who: merged.who, reason: merged.reason })}
          action={
            <Link to={page} params={{ code: merged.new } as never}>
              {t('toMerged', { code: merged.new })}
            </Link>
          }
        />
      )}
      {life.blacklisted && (
        <Alert
          type="error"
          showIcon
          style={space}
          title={t('blacklisted')}
          description={t('blacklistedHelp')}
          action={
            seesBlacklist && (
              <Link to="/blacklist" search={{ q: life.code } as never}>
                {t('toBlacklist')}
              </Link>
            )
          }
        />
      )}
      {life.exit && (
        <Alert
          type="warning"
          showIcon
          style={space}
          title={t('inExit')}
          action={
            <Link to="/exits/$id" params={{ id: life.exit } as never}>
              {t('toExit')}
            </Link>
          }
        />
      )}
    </>
  );
}

/** Numbers somebody is known by; nobody reads more than the mask. */
export function Numbers({ rows }: { rows: Schema<'NumberView'>[] }) {
  const t = useT('life');
  const label = useLabel('life');
  if (rows.length === 0) return <p className="muted">{t('noNumbers')}</p>;
  return (
    <>
      <dl className="record">
        {rows.map((row) => (
          <div key={`${row.kind} ${row.mask}`}>
            <dt>{label('numberOf', row.kind)}</dt>
            <dd>{row.mask}</dd>
          </div>
        ))}
      </dl>
      <p className="muted small">{t('numbersHelp')}</p>
    </>
  );
}

/** Codes that were merged into this one, which stay findable. */
export function MergedHere({ who, rows }: { who: Who; rows: Schema<'MergeView'>[] }) {
  const t = useT('life');
  const page = who === 'partner' ? '/partners/$code' : '/outlets/$code';
  return (
    <PlainTable label={t('merged')} heads={[t('code'), t('from'), t('reason'), t('by')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.old}>
            <th scope="row">
              <Link to={page} params={{ code: row.old } as never}>
                {row.old}
              </Link>
            </th>
            <td>{row.from}</td>
            <td>{row.reason}</td>
            <td>{row.who}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
