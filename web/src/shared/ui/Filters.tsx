import { Button, DatePicker, Input, Select, Space } from 'antd';
import dayjs from 'dayjs';
import { useId, useState, type ReactNode } from 'react';
import { useT } from '@/i18n';
import type { Params } from '@/shared/url';
import { AreaPicker, type Area } from './Pickers';

interface Base {
  name: string;
  label: string;
}

/** A field of a query form; its value is a parameter of the address. */
export type FilterField =
  | (Base & { kind: 'text'; placeholder?: string })
  | (Base & { kind: 'select'; options: { value: string; label: string }[]; multiple?: boolean; search?: boolean })
  | (Base & { kind: 'month' })
  | (Base & { kind: 'days'; from: string; to: string })
  | (Base & { kind: 'area'; areas: Area[]; loading?: boolean })
  | (Base & { kind: 'own'; render: (value: string | undefined, change: (value?: string) => void, id: string) => ReactNode });

interface Props {
  fields: FilterField[];
  values: Params;
  filtered: boolean;
  onChange: (patch: Record<string, string | undefined>) => void;
}

const ROW = 4;

/** The query form: one row, the rest under a button. Choices act at once, text on Enter or when it is left. */
export function Filters({ fields, values, filtered, onChange }: Props) {
  const t = useT('common');
  const rest = fields.slice(ROW);
  const [open, setOpen] = useState(rest.some((field) => field.kind !== 'days' && values[field.name] !== undefined));
  const names = fields.flatMap((field) => (field.kind === 'days' ? [field.from, field.to] : [field.name]));
  return (
    <search className="filters" aria-label={t('table.filters')}>
      {(open ? fields : fields.slice(0, ROW)).map((field) => (
        <Field key={field.name} field={field} values={values} onChange={onChange} />
      ))}
      <Space>
        <Button disabled={!filtered} onClick={() => onChange(Object.fromEntries(names.map((name) => [name, undefined])))}>
          {t('reset')}
        </Button>
        {rest.length > 0 && (
          <Button type="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t('fold') : t('expand')}
          </Button>
        )}
      </Space>
    </search>
  );
}

function Field({ field, values, onChange }: { field: FilterField; values: Params; onChange: Props['onChange'] }) {
  const id = useId();
  return (
    <div className={field.kind === 'days' ? 'field wide' : 'field'}>
      <label htmlFor={id}>{field.label}</label>
      <Control id={id} field={field} values={values} onChange={onChange} />
    </div>
  );
}

function Control({ id, field, values, onChange }: { id: string; field: FilterField; values: Params; onChange: Props['onChange'] }) {
  const t = useT('common');
  const value = values[field.name];
  const change = (next?: string) => next !== value && onChange({ [field.name]: next || undefined });
  switch (field.kind) {
    case 'text':
      return (
        <Input
          id={id}
          allowClear
          defaultValue={value}
          placeholder={field.placeholder}
          onPressEnter={(event) => change(event.currentTarget.value.trim() || undefined)}
          onBlur={(event) => change(event.target.value.trim() || undefined)}
          onClear={() => change(undefined)}
        />
      );
    case 'select':
      return (
        <Select
          id={id}
          aria-label={field.label}
          allowClear
          mode={field.multiple ? 'multiple' : undefined}
          maxTagCount="responsive"
          placeholder={t('all')}
          showSearch={field.search ? { optionFilterProp: 'label' } : false}
          options={field.options}
          value={field.multiple ? (value?.split(',') ?? []) : (value ?? null)}
          onChange={(chosen: string | string[] | null) =>
            change(Array.isArray(chosen) ? chosen.join(',') || undefined : (chosen ?? undefined))
          }
        />
      );
    case 'month':
      return (
        <DatePicker
          id={id}
          picker="month"
          inputReadOnly
          placeholder={t('month.pick')}
          value={value ? dayjs(`${value}-01`) : null}
          onChange={(day) => change(day?.format('YYYY-MM'))}
        />
      );
    case 'days': {
      const from = values[field.from];
      const to = values[field.to];
      return (
        <DatePicker.RangePicker
          id={{ start: id, end: `${id}-to` }}
          allowEmpty
          placeholder={[t('table.from'), t('table.to')]}
          value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
          onChange={(days) => onChange({ [field.from]: days?.[0]?.format('YYYY-MM-DD'), [field.to]: days?.[1]?.format('YYYY-MM-DD') })}
        />
      );
    }
    case 'area':
      return <AreaPicker areas={field.areas} loading={field.loading} value={value} onChange={change} />;
    case 'own':
      return field.render(value, change, id);
  }
}
