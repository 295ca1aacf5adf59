import { Radio } from 'antd';
import { useId, type ReactNode } from 'react';
import { useT } from '@/i18n';
import type { Found } from '@/shared/flows/found';
import type { Field, FileRef, Filled } from '@/shared/flows/form';
import type { Fill } from '@/shared/flows/useFill';
import { Control } from './Control';
import { Files } from './Files';
import { Rows } from './Rows';

interface Props {
  fields: readonly Field[];
  fill: Fill;
  /** Names of the codes the form holds already. */
  names: Record<string, string>;
  /** Places of one's own posts. */
  own: Found[];
}

/** The fields that show, one below the other, each with what is wrong at it. */
export function Fields({ fields, fill, names, own }: Props) {
  return (
    <div className="fill">
      {fields
        .filter((field) => !fill.hidden.includes(field.id))
        .map((field) => (
          <One
            key={field.id}
            field={field}
            value={fill.filled[field.id]}
            wrong={fill.wrongOf(field.id)}
            names={names}
            own={own}
            onChange={(value) => fill.set(field.id, value)}
            rows={
              field.kind === 'rows' && (
                <Rows
                  field={field}
                  rows={(fill.filled[field.id] as Filled[] | undefined) ?? []}
                  wrongOf={fill.wrongOf}
                  names={names}
                  own={own}
                  onChange={(rows, place) => fill.set(field.id, rows, place)}
                />
              )
            }
          />
        ))}
    </div>
  );
}

interface OneProps {
  field: Field;
  value: unknown;
  wrong: string | undefined;
  names: Record<string, string>;
  own: Found[];
  onChange: (value: unknown) => void;
  rows: ReactNode;
}

/** Kinds with several controls of their own, which a legend names. */
const GROUPED = ['yes_no', 'attachment', 'rows'];

function One({ field, value, wrong, names, own, onChange, rows }: OneProps) {
  const t = useT('flows');
  const id = useId();
  const told = [field.help && `${id}-help`, wrong && `${id}-wrong`].filter(Boolean).join(' ') || undefined;
  const title = (
    <>
      {field.title}
      {field.kind === 'money' && ` (${t('yuan')})`}
      {!field.required && <span className="muted"> {t('optional')}</span>}
    </>
  );
  const below = (
    <>
      {field.help && (
        <span id={`${id}-help`} className="muted small">
          {field.help}
        </span>
      )}
      {wrong && (
        <span id={`${id}-wrong`} role="alert" className="negative">
          {wrong}
        </span>
      )}
    </>
  );
  if (GROUPED.includes(field.kind))
    return (
      <fieldset className="fill-field" data-field={field.id} aria-describedby={told}>
        <legend>{title}</legend>
        {field.kind === 'yes_no' && (
          <Radio.Group
            name={id}
            value={value}
            options={[
              { value: true, label: t('yes') },
              { value: false, label: t('no') },
            ]}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
        {field.kind === 'attachment' && (
          <Files files={(value as FileRef[] | undefined) ?? []} most={field.max ?? 9} label={field.title} onChange={onChange} />
        )}
        {rows}
        {below}
      </fieldset>
    );
  return (
    <div className="fill-field" data-field={field.id}>
      <label htmlFor={id}>{title}</label>
      <Control {...{ id, field, value, names, own, onChange, told }} wrong={wrong !== undefined} />
      {below}
    </div>
  );
}
