import { useState } from 'react';
import { useT } from '@/i18n';
import { usePeople, usePlaces, type Found, type PlaceKind } from '@/shared/flows/found';
import { Btn, List, ListItem, TextField } from '../../kit';

interface Said {
  label: string;
  help?: string;
  wrong?: string;
}

interface Props extends Said {
  kind: 'person' | PlaceKind;
  value: string;
  names: Record<string, string>;
  own: Found[];
  onChange: (code: string) => void;
}

/** One person, partner or outlet, searched for by typing. */
export function Pick({ kind, value, names, own, onChange, ...said }: Props) {
  const [known, setKnown] = useState<Record<string, string>>({});
  const choose = (one: Found) => {
    setKnown({ ...known, [one.code]: one.name });
    onChange(one.code);
  };
  if (value)
    return (
      <Chosen label={said.label} wrong={said.wrong} name={known[value] ?? names[value] ?? value} code={value} onDrop={() => onChange('')} />
    );
  return kind === 'person' ? <People {...said} onChoose={choose} /> : <Places {...said} kind={kind} own={own} onChoose={choose} />;
}

function Chosen({ label, wrong, name, code, onDrop }: { label: string; wrong?: string; name: string; code: string; onDrop: () => void }) {
  const t = useT('flows');
  return (
    <div className="m-field" role="group" aria-label={label}>
      <strong>{label}</strong>
      <div className="m-row">
        <span>{name === code ? code : `${name} ${code}`}</span>
        <Btn onClick={onDrop}>{t('other')}</Btn>
      </div>
      {wrong && (
        <span className="wrong" role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

function Places({ kind, own, onChoose, ...said }: Said & { kind: PlaceKind; own: Found[]; onChoose: (one: Found) => void }) {
  const t = useT('flows');
  const [typed, setTyped] = useState('');
  const { found } = usePlaces(kind, typed);
  const mine = typed === '' ? own.filter((one) => !found.some((other) => other.code === one.code)) : [];
  return (
    <>
      <TextField {...said} type="search" placeholder={t('searchPlace')} value={typed} onChange={setTyped} />
      <Hits label={said.label} found={[...mine, ...found]} typed={typed} onChoose={onChoose} />
    </>
  );
}

/** People who may decide. */
export function People({ onChoose, ...said }: Said & { onChoose: (one: Found) => void }) {
  const t = useT('flows');
  const [typed, setTyped] = useState('');
  const { found } = usePeople(typed);
  return (
    <>
      <TextField {...said} type="search" placeholder={t('searchPerson')} value={typed} onChange={setTyped} />
      <Hits label={said.label} found={found} typed={typed} onChoose={onChoose} />
    </>
  );
}

/** The first few; typing more brings others. */
const SHOWN = 5;

function Hits({ label, found, typed, onChoose }: { label: string; found: Found[]; typed: string; onChoose: (one: Found) => void }) {
  const t = useT('flows');
  if (found.length === 0) return typed ? <p className="m-muted">{t('nothingFound')}</p> : null;
  return (
    <List label={label}>
      {found.slice(0, SHOWN).map((one) => (
        <ListItem key={one.code} title={one.name} note={[one.code, one.note].filter(Boolean).join(' · ')} onClick={() => onChoose(one)} />
      ))}
    </List>
  );
}
