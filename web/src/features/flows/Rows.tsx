import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Radio } from 'antd';
import { useId } from 'react';
import { useT } from '@/i18n';
import type { Found } from '@/shared/flows/found';
import { cell, fill, type Field, type Filled } from '@/shared/flows/form';
import { PlainTable } from '@/shared/ui/PlainTable';
import { Control } from './Control';

interface Props {
  field: Field;
  rows: Filled[];
  wrongOf: (place: string) => string | undefined;
  names: Record<string, string>;
  own: Found[];
  /** `place` is the cell that changed. */
  onChange: (rows: Filled[], place?: string) => void;
}

/** A row that was only just added has nothing wrong yet. */
const NOWHERE = '';

/** A field of rows: a table to fill in. */
export function Rows({ field, rows, wrongOf, names, own, onChange }: Props) {
  const t = useT('flows');
  const id = useId();
  const { columns } = field;
  const put = (row: number, column: string, value: unknown) =>
    onChange(
      rows.map((one, index) => (index === row ? { ...one, [column]: value } : one)),
      cell(field.id, row, column),
    );
  return (
    <>
      {rows.length > 0 && (
        <PlainTable label={field.title} className="fill-rows">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.id} scope="col">
                  {column.title}
                  {column.kind === 'money' && ` (${t('yuan')})`}
                </th>
              ))}
              <th scope="col">
                <span className="sr">{t('rowRemove')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {columns.map((column) => {
                  const place = cell(field.id, index, column.id);
                  const wrong = wrongOf(place);
                  const label = t('rowLabel', { row: index + 1, column: column.title });
                  return (
                    <td key={column.id} data-field={place}>
                      {column.kind === 'yes_no' ? (
                        <Radio.Group
                          aria-label={label}
                          name={`${id}-${place}`}
                          value={row[column.id]}
                          options={[
                            { value: true, label: t('yes') },
                            { value: false, label: t('no') },
                          ]}
                          onChange={(event) => put(index, column.id, event.target.value)}
                        />
                      ) : (
                        <Control
                          id={`${id}-${place}`}
                          field={column}
                          value={row[column.id]}
                          names={names}
                          own={own}
                          label={label}
                          told={wrong && `${id}-${place}-wrong`}
                          wrong={wrong !== undefined}
                          onChange={(value) => put(index, column.id, value)}
                        />
                      )}
                      {wrong && (
                        <span id={`${id}-${place}-wrong`} role="alert" className="negative small">
                          {wrong}
                        </span>
                      )}
                    </td>
                  );
                })}
                <td>
                  <Button
                    type="text"
                    aria-label={t('rowRemoveOf', { row: index + 1 })}
                    icon={<DeleteOutlined />}
                    onClick={() => onChange(rows.filter((_, other) => other !== index))}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
      <div>
        <Button
          icon={<PlusOutlined />}
          // `false` would overrule the form around it while it is being kept.
          disabled={rows.length >= (field.max ?? 100) || undefined}
          onClick={() => onChange([...rows, fill(columns, {})], NOWHERE)}
        >
          {t('rowAdd', { title: field.title })}
        </Button>
      </div>
    </>
  );
}
