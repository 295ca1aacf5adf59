import { Select } from 'antd';
import { useState } from 'react';
import { useT } from '@/i18n';
import { usePeople, usePlaces, type Found, type PlaceKind } from '@/shared/flows/found';

interface Said {
  id?: string;
  status?: 'error';
  'aria-label'?: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
  'aria-required'?: boolean;
}

interface One extends Said {
  value: string;
  names: Record<string, string>;
  onChange: (code: string) => void;
}

const labelOf = ({ code, name }: { code: string; name: string }) => (name && name !== code ? `${name} ${code}` : code);

const option = (one: Found) => ({ value: one.code, label: labelOf(one), note: one.note });

type Option = ReturnType<typeof option>;

/** What a choice is called in the list: with what tells it from its namesakes. */
const shown = ({ data }: { data: Option }) => (
  <>
    {data.label} {data.note && <span className="muted">{data.note}</span>}
  </>
);

/** What is chosen stays called by its name, whatever is searched for. */
function useChosen(names: Record<string, string>) {
  const [known, setKnown] = useState<Record<string, string>>({});
  return {
    label: (code: string) => labelOf({ code, name: known[code] ?? names[code] ?? '' }),
    learn: (options: Option | Option[] | undefined) =>
      setKnown((before) => ({
        ...before,
        ...Object.fromEntries([options ?? []].flat().map((one) => [one.value, one.label.replace(` ${one.value}`, '')])),
      })),
  };
}

/** A partner or outlet, searched for by name, pinyin initials or code. */
export function PlacePick({ kind, value, names, own, onChange, ...said }: One & { kind: PlaceKind; own: Found[] }) {
  const t = useT('flows');
  const [typed, setTyped] = useState('');
  const { found, busy } = usePlaces(kind, typed);
  const chosen = useChosen(names);
  const mine = typed === '' ? own.filter((one) => !found.some((other) => other.code === one.code)) : [];
  return (
    <Select<{ value: string; label: string } | null, Option>
      {...said}
      labelInValue
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t('searchPlace')}
      loading={busy}
      value={value ? { value, label: chosen.label(value) } : null}
      options={[...mine, ...found].map(option)}
      optionRender={({ data }) => shown({ data: data as Option })}
      notFoundContent={busy ? null : t('nothingFound')}
      onChange={(next, picked) => {
        chosen.learn(picked);
        setTyped('');
        onChange(next?.value ?? '');
      }}
      style={{ width: '100%' }}
    />
  );
}

/** A person who may decide. */
export function PersonPick({ value, names, onChange, ...said }: One) {
  return <PeoplePick {...said} names={names} value={value ? [value] : []} onChange={(logins) => onChange(logins.at(-1) ?? '')} />;
}

interface Several extends Said {
  value?: string[];
  onChange?: (logins: string[]) => void;
  names?: Record<string, string>;
}

/** People who may decide, searched for by name, pinyin initials or login. */
export function PeoplePick({ value = [], onChange, names = {}, ...said }: Several) {
  const t = useT('flows');
  const [typed, setTyped] = useState('');
  const { found, busy } = usePeople(typed);
  const chosen = useChosen(names);
  return (
    <Select<{ value: string; label: string }[], Option>
      {...said}
      mode="multiple"
      labelInValue
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t('searchPerson')}
      loading={busy}
      value={value.map((login) => ({ value: login, label: chosen.label(login) }))}
      options={found.map(option)}
      optionRender={({ data }) => shown({ data: data as Option })}
      notFoundContent={busy ? null : t('nothingFound')}
      onChange={(next, picked) => {
        chosen.learn(picked as Option | Option[]);
        setTyped('');
        onChange?.(next.map((one) => one.value));
      }}
      style={{ width: '100%' }}
    />
  );
}
