import { useState, type ReactNode } from 'react';
import { useT } from '@/i18n';
import { Signature } from '@/shared/flows/Signature';
import { fenOf, money } from '@/shared/format/money';
import { Badge, Btn, Segments, TextField } from '../../kit';
import type { Shot } from './draft';
import { Camera, Chips, Later, Stepper, Thumb } from './parts';
import { signature, type Marked } from './photo';
import { filesOf, seen, type Answer, type Given, type Holder, type Item, type Place } from './records';
import { Scan } from './Scan';
import { isImei } from './scores';

interface Props {
  item: Item;
  given: Given | undefined;
  /** Weights and variants of this visit. */
  required: boolean;
  failed: boolean;
  unproven: boolean;
  /** What it is compared with. */
  standard?: ReactNode;
  visit: string;
  mark: () => Marked;
  onGive: (given: Given | null, shots?: Shot[]) => void;
  onDrop: (sha256: string, given: Given) => void;
}

/** An item of a checklist, answered by its kind. */
export function ItemField({ item, given, required, failed, unproven, standard, visit, mark, onGive, onDrop }: Props) {
  const t = useT('phoneField');
  const [noting, setNoting] = useState(false);
  const answer = given?.answer;
  const set = (next: Answer) => onGive({ ...(given ?? seen(next)), answer: next });
  const photos = given
    ? filesOf(given).filter((sha256) => !(answer && answer !== 'na' && 'signature' in answer && answer.signature === sha256))
    : [];
  const shot = async (one: Shot) => {
    if (item.kind === 'photo') {
      const before = answer && answer !== 'na' && 'photo' in answer ? answer.photo : [];
      onGive({ ...(given ?? seen('na')), answer: { photo: [...before, one.sha256] } }, [one]);
    } else if (given) onGive({ ...given, photos: [...given.photos, one.sha256] }, [one]);
  };
  const remove = (sha256: string) => {
    if (!given) return;
    const rest = photos.filter((each) => each !== sha256);
    onDrop(sha256, item.kind === 'photo' ? { ...given, answer: { photo: rest } } : { ...given, photos: rest });
  };
  const takesPhoto = item.kind === 'photo' || (given !== undefined && answer !== 'na');
  return (
    <div className="m-card" data-item={item.id}>
      <div className="m-row">
        <strong>{item.name}</strong>
        <span>
          {item.veto && <Badge tone="bad">{t('item.veto')}</Badge>} {!required && <Badge>{t('item.optional')}</Badge>}{' '}
          {failed && <Badge tone="warn">{t('item.failed')}</Badge>}
        </span>
      </div>
      {standard}
      <Input
        item={item}
        answer={answer === 'na' ? undefined : answer}
        set={set}
        visit={visit}
        onShot={(made, next) => onGive(seen(next), [made])}
      />
      {item.na && (
        <Chips
          label={t('item.na')}
          value={answer === 'na' ? 'na' : ''}
          options={[{ value: 'na', label: t('item.na') }]}
          onChange={() => (answer === 'na' ? onGive(null) : onGive(seen('na')))}
        />
      )}
      {photos.length > 0 && (
        <div className="m-photos">
          {photos.map((sha256, at) => (
            <Thumb
              key={sha256}
              visit={visit}
              sha256={sha256}
              name={t('item.photoOf', { item: item.name, number: at + 1 })}
              onRemove={() => remove(sha256)}
            />
          ))}
        </div>
      )}
      {unproven && <p className="m-why">{item.photo && photos.length === 0 ? t('item.needsPhoto') : t('item.needsSeen')}</p>}
      <div className="m-tools">
        {takesPhoto && (
          <Camera mark={mark} onShot={shot}>
            {t('item.photo')}
          </Camera>
        )}
        {given && answer !== 'na' && (
          <Chips
            label={t('item.evidence')}
            value={given.evidence}
            options={[
              { value: 'seen', label: t('item.seen') },
              { value: 'told', label: t('item.told') },
            ]}
            onChange={(evidence) => onGive({ ...given, evidence: evidence as Given['evidence'] })}
          />
        )}
        {given && !noting && given.note === '' && <Btn onClick={() => setNoting(true)}>{t('item.note')}</Btn>}
      </div>
      {given && (noting || given.note !== '') && (
        <Later label={t('item.note')} value={given.note} onKeep={(note) => onGive({ ...given, note })} />
      )}
    </div>
  );
}

interface InputProps {
  item: Item;
  answer: Exclude<Answer, 'na'> | undefined;
  set: (answer: Answer) => void;
  visit: string;
  onShot: (shot: Shot, answer: Answer) => void;
}

function Input({ item, answer, set, visit, onShot }: InputProps) {
  const t = useT('phoneField');
  const label = item.name;
  switch (item.kind) {
    case 'yes_no': {
      const value = answer && 'yes_no' in answer ? String(answer.yes_no) : '';
      return (
        <Segments
          label={label}
          value={value}
          options={[
            { value: 'true', label: t('item.yes') },
            { value: 'false', label: t('item.no') },
          ]}
          onChange={(next) => set({ yes_no: next === 'true' })}
        />
      );
    }
    case 'grade':
    case 'compare': {
      const levels = item.levels ?? 2;
      const words = levels === 2 ? (item.kind === 'compare' ? ['worse', 'equal', 'better'] : ['bad', 'partly', 'good']) : undefined;
      const options = Array.from({ length: levels + 1 }, (_, at) => ({
        value: String(at),
        label: words ? t(`grade.${words[at] as 'bad'}`) : String(at),
      }));
      return (
        <Segments
          label={label}
          value={answer && 'grade' in answer ? String(answer.grade) : ''}
          options={options}
          onChange={(next) => set({ grade: Number(next) })}
        />
      );
    }
    case 'count':
      return <Stepper label={label} value={answer && 'count' in answer ? answer.count : undefined} onChange={(count) => set({ count })} />;
    case 'number':
      return (
        <NumberInput item={item} value={answer && 'number' in answer ? answer.number : undefined} onChange={(number) => set({ number })} />
      );
    case 'price':
      return (
        <PriceInput label={label} value={answer && 'price' in answer ? answer.price : undefined} onChange={(price) => set({ price })} />
      );
    case 'choice':
      return (
        <Chips
          label={label}
          value={answer && 'choice' in answer ? answer.choice : ''}
          options={item.options.map((option) => ({ value: option.id, label: option.name }))}
          onChange={(choice) => set({ choice })}
        />
      );
    case 'scan':
      return <Codes item={item} codes={answer && 'scan' in answer ? answer.scan : []} onChange={(scan) => set({ scan })} />;
    case 'place':
      return (
        <PlaceInput label={label} place={answer && 'place' in answer ? answer.place : undefined} onChange={(place) => set({ place })} />
      );
    case 'signature':
      return answer && 'signature' in answer ? (
        <Thumb visit={visit} sha256={answer.signature} name={label} />
      ) : (
        <Sign label={label} onSigned={(made) => onShot(made, { signature: made.sha256 })} />
      );
    default:
      return null;
  }
}

/** A signature that is kept once the hand is lifted and it is confirmed. */
export function Sign({ label, onSigned }: { label: string; onSigned: (shot: Shot) => void }) {
  const t = useT('phoneField');
  const [picture, setPicture] = useState<string>();
  return (
    <>
      <Signature label={label} help={t('sign.help')} clear={t('sign.clear')} onChange={setPicture} />
      <Btn blocked={picture ? undefined : t('sign.missing')} onClick={() => picture && void signature(picture).then(onSigned)}>
        {t('sign.keep')}
      </Btn>
    </>
  );
}

/** A number with digits after the point, kept in its smallest unit. */
function NumberInput({ item, value, onChange }: { item: Item; value: number | undefined; onChange: (value: number) => void }) {
  const scale = item.scale ?? 0;
  const [typed, setTyped] = useState<string>();
  const text = value === undefined ? '' : (value / 10 ** scale).toFixed(scale);
  const type = (next: string) => {
    setTyped(next);
    if (new RegExp(`^-?\\d{1,9}(\\.\\d{0,${scale}})?$`).test(next.trim())) onChange(Math.round(Number(next) * 10 ** scale));
  };
  return (
    <TextField label={item.unit ? `${item.name} (${item.unit})` : item.name} inputMode="decimal" value={typed ?? text} onChange={type} />
  );
}

/** A price typed in yuan, kept in fen. */
export function PriceInput({ label, value, onChange }: { label: string; value: number | undefined; onChange: (fen: number) => void }) {
  const t = useT('phoneField');
  const [typed, setTyped] = useState<string>();
  const text = value === undefined ? '' : money(value).replaceAll(',', '');
  const type = (next: string) => {
    setTyped(next);
    const fen = fenOf(next);
    if (fen !== undefined && fen >= 0) onChange(fen);
  };
  return <TextField label={t('item.yuan', { what: label })} inputMode="decimal" value={typed ?? text} onChange={type} />;
}

/** Codes scanned or typed, each once. */
export function Codes({
  item,
  codes,
  onChange,
}: {
  item: Pick<Item, 'name' | 'imei'>;
  codes: string[];
  onChange: (codes: string[]) => void;
}) {
  const t = useT('phoneField');
  const [open, setOpen] = useState(false);
  const check = (code: string) =>
    codes.includes(code) ? t('scan.twice', { code }) : item.imei && !isImei(code) ? t('scan.notImei', { code }) : undefined;
  return (
    <>
      <ul className="m-list" aria-label={item.name}>
        {codes.map((code) => (
          <li key={code} className="m-row">
            <span>{code}</span>
            <Btn onClick={() => onChange(codes.filter((one) => one !== code))}>{t('scan.remove')}</Btn>
          </li>
        ))}
      </ul>
      <Btn onClick={() => setOpen(true)}>{t('scan.open', { count: codes.length })}</Btn>
      {open && <Scan title={item.name} check={check} onCode={(code) => onChange([...codes, code])} onClose={() => setOpen(false)} />}
    </>
  );
}

const HOLDERS: Holder[] = ['us', 'competitor', 'both', 'empty'];
const FRESH: Place = { holder: 'us', rival: '', pop: '', current: true, intact: true, facing: true };

/** Who holds a place, and how well. */
function PlaceInput({ label, place, onChange }: { label: string; place: Place | undefined; onChange: (place: Place) => void }) {
  const t = useT('phoneField');
  const ours = place && (place.holder === 'us' || place.holder === 'both');
  const points = (['current', 'intact', 'facing'] as const).filter((one) => place?.[one]);
  return (
    <>
      <Segments
        label={label}
        value={place?.holder ?? ''}
        options={HOLDERS.map((value) => ({ value, label: t(`place.${value as 'us'}`) }))}
        onChange={(holder) => onChange({ ...(place ?? FRESH), holder: holder as Holder })}
      />
      {ours && (
        <Chips
          label={t('place.how')}
          value={points}
          options={(['current', 'intact', 'facing'] as const).map((value) => ({ value, label: t(`place.${value}`) }))}
          onChange={(one) => onChange({ ...place, [one]: !place[one as 'current'] })}
        />
      )}
      {place && (place.holder === 'competitor' || place.holder === 'both') && (
        <Later label={t('place.rival')} value={place.rival} onKeep={(rival) => onChange({ ...place, rival })} />
      )}
    </>
  );
}
