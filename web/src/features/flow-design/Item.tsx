import { Input, InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';

/** A control with its name above it; controls bear the same name for readers that do not see it. */
export function Item({ label, wide, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? 'design-item wide' : 'design-item'}>
      <span aria-hidden="true">{label}</span>
      {children}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  wide?: boolean;
  disabled?: boolean;
  onChange: (value: string) => void;
}

export function TextItem({ label, value, wide, disabled, onChange }: TextProps) {
  return (
    <Item label={label} wide={wide}>
      <Input aria-label={label} value={value} disabled={disabled} onChange={(event) => onChange(event.target.value)} />
    </Item>
  );
}

interface NumberProps {
  label: string;
  value: number | null;
  min?: number;
  disabled?: boolean;
  onChange: (value: number | null) => void;
}

export function NumberItem({ label, value, min, disabled, onChange }: NumberProps) {
  return (
    <Item label={label}>
      <InputNumber<number>
        aria-label={label}
        value={value}
        min={min}
        precision={0}
        disabled={disabled}
        style={{ width: '100%' }}
        onChange={onChange}
      />
    </Item>
  );
}

export interface Option {
  value: string;
  label: string;
}

interface ChoiceProps {
  label: string;
  value: string | null;
  options: Option[];
  clear?: boolean;
  disabled?: boolean;
  onChange: (value: string | null) => void;
}

export function ChoiceItem({ label, value, options, clear, disabled, onChange }: ChoiceProps) {
  return (
    <Item label={label}>
      <Select<string>
        aria-label={label}
        value={value || undefined}
        options={options}
        allowClear={clear}
        disabled={disabled}
        onChange={(chosen: string | undefined) => onChange(chosen ?? null)}
      />
    </Item>
  );
}

interface SeveralProps {
  label: string;
  value: string[];
  options: Option[];
  disabled?: boolean;
  onChange: (value: string[]) => void;
}

export function SeveralItem({ label, value, options, disabled, onChange }: SeveralProps) {
  return (
    <Item label={label} wide>
      <Select<string[]> mode="multiple" aria-label={label} value={value} options={options} disabled={disabled} onChange={onChange} />
    </Item>
  );
}
