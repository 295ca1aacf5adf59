// Fields that plans and launches share: areas, outlets, material with its places, products.
import { Form, Select, TreeSelect } from 'antd';
import { useState } from 'react';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { usePlaces } from '@/shared/flows/found';
import { useAreas } from '@/shared/words';

export function useRequired() {
  const t = useT('displayPlans');
  return [{ required: true, message: t('fieldMissing') }];
}

/** The division a plan is for. */
export function AreaItem() {
  const t = useT('displayPlans');
  const { areas, loading } = useAreas();
  return (
    <Form.Item name="territory" label={t('area')} rules={useRequired()}>
      <TreeSelect
        treeData={areas}
        fieldNames={{ label: 'name', value: 'code', children: 'children' }}
        loading={loading}
        showSearch={{ filterTreeNode: (typed, node) => `${node.name as string}${node.code as string}`.includes(typed.trim()) }}
      />
    </Form.Item>
  );
}

/** Several outlets, searched for by name or code. */
export function OutletsPick({ value, onChange, id }: { value?: string[]; onChange?: (codes: string[]) => void; id?: string }) {
  const [typed, setTyped] = useState('');
  const [known, setKnown] = useState<Record<string, string>>({});
  const { found, busy } = usePlaces('outlet', typed);
  const options = found.map((one) => ({ value: one.code, label: one.name === one.code ? one.code : `${one.name} ${one.code}` }));
  return (
    <Select<{ value: string; label: string }[]>
      id={id}
      mode="multiple"
      labelInValue
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={busy}
      value={(value ?? []).map((code) => ({ value: code, label: known[code] ?? code }))}
      options={options}
      onChange={(next) => {
        setKnown((before) => ({ ...before, ...Object.fromEntries(next.map((one) => [one.value, String(one.label)])) }));
        onChange?.(next.map((one) => one.value));
      }}
      style={{ width: '100%' }}
    />
  );
}

/** Kinds of material, and the places each may go to. */
export function useCatalogue() {
  const counts = api.useQuery('get', '/api/v1/display/pop/counts', {}, { staleTime: 600_000 }).data;
  const materials = (counts?.kinds ?? []).map((kind) => ({ value: kind.id, label: kind.name }));
  const placesOf = (material: string | undefined) =>
    (counts?.places ?? [])
      .filter((place) => material === undefined || place.takes.includes(material))
      .map((place) => ({ value: place.code, label: `${place.zone_name} · ${place.name}` }));
  return { materials, placesOf };
}

/** A product, by its name. */
export function ProductItem() {
  const t = useT('displayPlans');
  const products = api.useQuery('get', '/api/v1/prices/products', {}, { staleTime: 600_000 });
  return (
    <Form.Item name="product" label={t('product')} rules={useRequired()}>
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        loading={products.isLoading}
        options={(products.data ?? []).map((one) => ({ value: one.code, label: `${one.name} ${one.code}` }))}
      />
    </Form.Item>
  );
}
