// Fields the forms of prices share.
import { Form, Input, Select, TreeSelect } from 'antd';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { useAreas, useWords } from '@/shared/words';

export function useRequired() {
  const t = useT('price');
  return [{ required: true, whitespace: true, message: t('needed') }];
}

/** A product by name or code; its code is the value. */
export function ProductPick({
  value,
  onChange,
  id,
  label,
}: {
  value?: string;
  onChange?: (code?: string) => void;
  id?: string;
  label?: string;
}) {
  const products = api.useQuery('get', '/api/v1/prices/products', {}, { staleTime: 600_000 });
  return (
    <Select
      id={id}
      aria-label={label}
      placeholder={label}
      value={value}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      loading={products.isLoading}
      options={(products.data ?? []).map((one) => ({ value: one.code, label: `${one.name} ${one.code}` }))}
      onChange={(code?: string) => onChange?.(code)}
      style={{ width: '100%' }}
    />
  );
}

export function ProductItem() {
  const t = useT('price');
  const required = useRequired();
  return (
    <Form.Item name="product" label={t('product')} rules={required}>
      <ProductPick />
    </Form.Item>
  );
}

/** A division; everywhere where it is left out. */
export function AreaItem({ name = 'territory', required = false }: { name?: string; required?: boolean }) {
  const t = useT('price');
  const { areas, loading } = useAreas();
  const rules = useRequired();
  return (
    <Form.Item name={name} label={t('area')} rules={required ? rules : []}>
      <TreeSelect
        treeData={areas}
        fieldNames={{ label: 'name', value: 'code', children: 'children' }}
        loading={loading}
        allowClear
        placeholder={required ? undefined : t('everywhere')}
        showSearch={{ filterTreeNode: (typed, node) => `${node.name as string}${node.code as string}`.includes(typed.trim()) }}
      />
    </Form.Item>
  );
}

export function OutletTypeItem() {
  const t = useT('price');
  const { subtypes } = useWords();
  return (
    <Form.Item name="outlet_type" label={t('outletType')}>
      <Select allowClear placeholder={t('allTypes')} options={subtypes} />
    </Form.Item>
  );
}

export function DayItem({ name, label, required = true }: { name: string; label: string; required?: boolean }) {
  const rules = useRequired();
  return (
    <Form.Item name={name} label={label} rules={required ? rules : []}>
      <Input type="date" />
    </Form.Item>
  );
}

export function WordsItem({
  name,
  label,
  extra,
  optional = false,
  most = 500,
}: {
  name: string;
  label: string;
  extra?: string;
  optional?: boolean;
  most?: number;
}) {
  const t = useT('price');
  const rules = [{ required: true, whitespace: true, min: 2, message: t('needed') }];
  return (
    <Form.Item name={name} label={label} extra={extra} rules={optional ? [] : rules}>
      <Input.TextArea rows={3} maxLength={most} />
    </Form.Item>
  );
}
