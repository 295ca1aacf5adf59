import { useT } from '@/i18n';
import type { Found } from '@/shared/flows/found';
import { cell, fill as blank, type Field, type FileRef, type Filled } from '@/shared/flows/form';
import type { Fill } from '@/shared/flows/useFill';
import { Btn, Card, RadioList, SelectField, TextBox, TextField } from '../../kit';
import { Files } from './Files';
import { Pick } from './Pick';

interface Props {
  fields: readonly Field[];
  fill: Fill;
  /** Names of the codes the form holds already. */
  names: Record<string, string>;
  /** Places of one's own posts. */
  own: Found[];
}

/** The fields that show, each with what is wrong at it. */
export function Fields({ fields, fill, names, own }: Props) {
  return fields
    .filter((field) => !fill.hidden.includes(field.id))
    .map((field) =>
      field.kind === 'rows' ? (
        <Rows key={field.id} field={field} fill={fill} names={names} own={own} />
      ) : (
        <One
          key={field.id}
          field={field}
          place={field.id}
          value={fill.filled[field.id]}
          wrong={fill.wrongOf(field.id)}
          names={names}
          own={own}
          onChange={(value) => fill.set(field.id, value)}
        />
      ),
    );
}

interface OneProps {
  field: Field;
  place: string;
  value: unknown;
  wrong: string | undefined;
  names: Record<string, string>;
  own: Found[];
  onChange: (value: unknown) => void;
}

const One = ({ place, ...rest }: OneProps) => (
  <div data-field={place}>
    <Control {...rest} />
  </div>
);

function Control({ field, value, wrong, names, own, onChange }: Omit<OneProps, 'place'>) {
  const t = useT('flows');
  const text = typeof value === 'string' ? value : '';
  const title = field.kind === 'money' ? `${field.title} (${t('yuan')})` : field.title;
  const said = { label: field.required ? title : `${title} · ${t('optional')}`, help: field.help || undefined, wrong };
  switch (field.kind) {
    case 'long_text':
      return <TextBox {...said} value={text} max={field.max ?? 4000} onChange={onChange} />;
    case 'money':
      return <TextField {...said} value={text} inputMode="decimal" onChange={onChange} />;
    case 'number':
      return <TextField {...said} value={text} inputMode="numeric" onChange={onChange} />;
    case 'date':
    case 'month':
      return <TextField {...said} value={text} type={field.kind} onChange={onChange} />;
    case 'choice':
      return (
        <SelectField
          {...said}
          value={text}
          onChange={onChange}
          options={[{ value: '', label: t('choose') }, ...field.options.map(({ id, title }) => ({ value: id, label: title }))]}
        />
      );
    case 'yes_no':
      return (
        <>
          <RadioList
            label={said.label}
            value={value === undefined ? '' : String(value)}
            onChange={(chosen) => onChange(chosen === 'true')}
            options={[
              { value: 'true', label: t('yes') },
              { value: 'false', label: t('no') },
            ]}
          />
          {said.help && <p className="m-muted">{said.help}</p>}
          {wrong && (
            <p className="m-why" role="alert">
              {wrong}
            </p>
          )}
        </>
      );
    case 'person':
    case 'partner':
    case 'outlet':
      return <Pick {...said} kind={field.kind} value={text} names={names} own={own} onChange={onChange} />;
    case 'attachment':
      return <Files {...said} files={(value as FileRef[] | undefined) ?? []} most={field.max ?? 9} onChange={onChange} />;
    default:
      return <TextField {...said} value={text} onChange={onChange} />;
  }
}

/** A row that was only just added has nothing wrong yet. */
const NOWHERE = '';

/** A field of rows: a card for each. */
function Rows({ field, fill, names, own }: Omit<Props, 'fields'> & { field: Field }) {
  const t = useT('flows');
  const rows = (fill.filled[field.id] as Filled[] | undefined) ?? [];
  const wrong = fill.wrongOf(field.id);
  return (
    <section aria-label={field.title} data-field={field.id} style={{ display: 'grid', gap: 12 }}>
      <h2>{field.title}</h2>
      {field.help && <p className="m-muted">{field.help}</p>}
      {rows.map((row, index) => (
        <Card key={index} title={t('row', { row: index + 1 })}>
          {field.columns.map((column) => {
            const place = cell(field.id, index, column.id);
            return (
              <One
                key={column.id}
                field={column}
                place={place}
                value={row[column.id]}
                wrong={fill.wrongOf(place)}
                names={names}
                own={own}
                onChange={(value) => {
                  const next = rows.map((one, other) => (other === index ? { ...one, [column.id]: value } : one));
                  fill.set(field.id, next, place);
                }}
              />
            );
          })}
          <Btn
            kind="bad"
            onClick={() =>
              fill.set(
                field.id,
                rows.filter((_, other) => other !== index),
              )
            }
          >
            {t('rowRemoveOf', { row: index + 1 })}
          </Btn>
        </Card>
      ))}
      {wrong && (
        <p className="m-why" role="alert">
          {wrong}
        </p>
      )}
      <Btn busy={rows.length >= (field.max ?? 100)} onClick={() => fill.set(field.id, [...rows, blank(field.columns, {})], NOWHERE)}>
        {t('rowAdd', { title: field.title })}
      </Btn>
    </section>
  );
}
