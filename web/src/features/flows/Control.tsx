import { DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import type { KeyboardEvent } from 'react';
import { useT } from '@/i18n';
import type { Found } from '@/shared/flows/found';
import type { Field } from '@/shared/flows/form';
import { PersonPick, PlacePick } from '@/shared/flows/Pick';

interface ControlProps {
  id: string;
  field: Field;
  value: unknown;
  names: Record<string, string>;
  own: Found[];
  onChange: (value: unknown) => void;
  /** Ids of what is said about it. */
  told?: string;
  wrong: boolean;
  /** Names it where there is no label of its own, as in a table. */
  label?: string;
}

/** Enter in a field chooses or does nothing: it never decides on the application around it. */
const stay = (event: KeyboardEvent) => {
  if (event.key === 'Enter') event.preventDefault();
};

/** The control of a field with one value. */
export function Control({ id, field, value, names, own, onChange, told, wrong, label }: ControlProps) {
  const t = useT('flows');
  const text = typeof value === 'string' ? value : '';
  const status = wrong ? ('error' as const) : undefined;
  const said = {
    id,
    status,
    'aria-label': label,
    'aria-describedby': told,
    'aria-invalid': wrong || undefined,
    'aria-required': field.required || undefined,
  };
  switch (field.kind) {
    case 'long_text':
      return (
        <Input.TextArea
          {...said}
          value={text}
          rows={3}
          maxLength={field.max ?? 4000}
          showCount
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'money':
    case 'number':
      return (
        <Input
          {...said}
          value={text}
          inputMode={field.kind === 'money' ? 'decimal' : 'numeric'}
          autoComplete="off"
          onKeyDown={stay}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'date':
    case 'month':
      return (
        <DatePicker
          {...said}
          picker={field.kind}
          onKeyDown={stay}
          value={text ? dayjs(field.kind === 'month' ? `${text}-01` : text) : null}
          onChange={(day) => onChange(day ? day.format(field.kind === 'month' ? 'YYYY-MM' : 'YYYY-MM-DD') : '')}
          style={{ width: '100%' }}
        />
      );
    case 'choice':
      return (
        <Select
          {...said}
          value={text || undefined}
          placeholder={t('choose')}
          allowClear={!field.required}
          options={field.options.map((option) => ({ value: option.id, label: option.title }))}
          onChange={(chosen?: string) => onChange(chosen ?? '')}
          style={{ width: '100%' }}
        />
      );
    case 'person':
      return <PersonPick {...said} value={text} names={names} onChange={onChange} />;
    case 'partner':
    case 'outlet':
      return <PlacePick {...said} kind={field.kind} value={text} names={names} own={own} onChange={onChange} />;
    default:
      return (
        <Input
          {...said}
          value={text}
          maxLength={field.max ?? 200}
          autoComplete="off"
          onKeyDown={stay}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}
