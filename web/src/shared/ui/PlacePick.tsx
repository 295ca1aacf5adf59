import { keepPreviousData } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { usePlaces, type Found } from '@/shared/flows/found';
import { useSettled } from '@/shared/flows/useFill';

export type Place = 'partner' | 'outlet' | 'clerk';

interface Props {
  kind: Place;
  value?: string;
  onChange?: (code: string | undefined) => void;
  id?: string;
  'aria-label'?: string;
}

function useClerks(typed: string, enabled: boolean): { found: Found[]; busy: boolean } {
  const q = useSettled(typed.trim(), 250);
  const asked = { params: { query: { q, limit: 20, state: 'active' } } };
  const rows = api.useQuery('get', '/api/v1/clerks', asked, { placeholderData: keepPreviousData, enabled });
  const found = (rows.data?.items ?? []).map((row) => ({ code: row.code, name: row.name, note: row.outlet_name }));
  return { found, busy: rows.isFetching };
}

const labelOf = ({ code, name }: Found) => (name && name !== code ? `${name} ${code}` : code);

/** A partner, outlet or work ID, searched for by name, pinyin initials or code. Its code is the value. */
export function PlacePick({ kind, value, onChange, ...said }: Props) {
  const t = useT('common');
  const [typed, setTyped] = useState('');
  const [known, setKnown] = useState<Record<string, string>>({});
  const places = usePlaces(kind === 'clerk' ? 'outlet' : kind, typed);
  const clerks = useClerks(typed, kind === 'clerk');
  const { found, busy } = kind === 'clerk' ? clerks : places;
  return (
    <Select<{ value: string; label: string } | null>
      {...said}
      labelInValue
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t('pick.place')}
      loading={busy}
      value={value ? { value, label: known[value] ?? value } : null}
      options={found.map((one) => ({ value: one.code, label: labelOf(one), note: one.note }))}
      optionRender={({ data }) => (
        <>
          {data.label} {(data as { note?: string }).note && <span className="muted">{(data as { note?: string }).note}</span>}
        </>
      )}
      notFoundContent={busy ? null : t('pick.none')}
      onChange={(next) => {
        if (next) setKnown((before) => ({ ...before, [next.value]: String(next.label) }));
        setTyped('');
        onChange?.(next?.value);
      }}
      style={{ width: '100%' }}
    />
  );
}
