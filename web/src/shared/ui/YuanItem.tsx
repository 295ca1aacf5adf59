import { Form, Input } from 'antd';
import { useT } from '@/i18n';
import { fenOf } from '@/shared/format/money';

interface Props {
  name: string;
  label?: string;
  extra?: string;
  /** May be left out, or zero. */
  optional?: boolean;
  /** May be below zero. */
  signed?: boolean;
}

/** An amount somebody types in yuan; `fenOf` reads it. */
export function YuanItem({ name, label, extra, optional = false, signed = false }: Props) {
  const t = useT('common');
  const good = (typed: string | undefined) => {
    if (!typed?.trim()) return optional;
    const fen = fenOf(typed);
    return fen !== undefined && (signed ? fen !== 0 : optional ? fen >= 0 : fen > 0);
  };
  return (
    <Form.Item
      name={name}
      label={label ?? t('amount.label')}
      extra={extra}
      required={!optional}
      rules={[{ validator: (_, typed?: string) => (good(typed) ? Promise.resolve() : Promise.reject(new Error(t('amount.wrong')))) }]}
    >
      <Input inputMode="decimal" maxLength={18} autoComplete="off" />
    </Form.Item>
  );
}
