import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { words, type Field, type Form } from '@/shared/flows/form';
import { bytes } from '@/shared/format/money';
import { PlainTable } from '@/shared/ui/PlainTable';

type Whole = Schema<'ApplicationWhole'>;

/** What was filled in, field by field; fields of later steps once they are. */
export function Content({ whole }: { whole: Whole }) {
  const filled = whole.flow.fields.filter((field) => whole.form[field.id] !== undefined);
  return (
    <dl className="record">
      {filled.map((field) => (
        <div key={field.id}>
          <dt>{field.title}</dt>
          <dd>
            <Value field={field} whole={whole} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ field, whole }: { field: Field; whole: Whole }) {
  const t = useT('flows');
  const value = whole.form[field.id];
  const say = { yes: t('yes'), no: t('no') };
  if (field.kind === 'attachment')
    return (
      <ul className="plain-list">
        {(value as string[]).map((id) => {
          const file = whole.files.find((one) => one.id === id);
          return (
            <li key={id}>
              <a href={`/api/v1/applications/${whole.head.id}/files/${id}`} target="_blank" rel="noreferrer">
                {file?.name ?? id}
              </a>{' '}
              {file && <span className="muted small">{bytes(file.bytes)}</span>}
            </li>
          );
        })}
      </ul>
    );
  if (field.kind === 'rows')
    return (
      <PlainTable label={field.title}>
        <thead>
          <tr>
            {field.columns.map((column) => (
              <th key={column.id} scope="col" className={column.kind === 'money' || column.kind === 'number' ? 'num' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(value as Form[]).map((row, index) => (
            <tr key={index}>
              {field.columns.map((column) => (
                <td key={column.id} className={column.kind === 'money' || column.kind === 'number' ? 'num' : undefined}>
                  {words(column, row[column.id], whole.names, say)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </PlainTable>
    );
  return words(field, value, whole.names, say);
}
