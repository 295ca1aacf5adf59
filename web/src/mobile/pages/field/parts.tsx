// Small pieces the pages of the field share.
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useT } from '@/i18n';
import { percent } from '@/shared/format/money';
import { Btn, Sheet, TextField } from '../../kit';
import { pictureOf, total, type Shot } from './draft';
import { shoot, type Marked } from './photo';
import { useOwner, useSending } from './hooks';

export { Stepper } from '../../kit';

/** Hundredths of a percent as people read them. */
export const shown = (score: number | null | undefined): string => (score === null || score === undefined ? '—' : percent(score / 10_000));

/** One of a few, or none; large enough for a thumb. */
export function Chips({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string | readonly string[];
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}) {
  const chosen = typeof value === 'string' ? [value] : value;
  return (
    <div className="m-chips" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={chosen.includes(option.value)} onClick={() => onChange(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}

interface CameraProps {
  children: ReactNode;
  mark: () => Marked;
  onShot: (shot: Shot) => Promise<void>;
  kind?: 'main' | 'plain';
  wide?: boolean;
}

/** A button that opens the camera; what it brings is marked, shrunk and named by its content. */
export function Camera({ children, mark, onShot, kind = 'plain', wide }: CameraProps) {
  const t = useT('phoneField');
  const [state, setState] = useState<'' | 'busy' | 'wrong'>('');
  const take = async (file: File | undefined) => {
    if (!file) return;
    setState('busy');
    try {
      await onShot(await shoot(file, mark()));
      setState('');
    } catch {
      setState('wrong');
    }
  };
  return (
    <>
      <label className={`m-btn ${kind}${wide ? ' wide' : ''}`} aria-busy={state === 'busy'}>
        {state === 'busy' ? t('parts.working') : children}
        <input
          className="sr"
          type="file"
          accept="image/*"
          capture="environment"
          disabled={state === 'busy'}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </label>
      {state === 'wrong' && (
        <p className="m-why" role="alert">
          {t('parts.photoWrong')}
        </p>
      )}
    </>
  );
}

/** A photo of a visit: from the phone while it waits, else from the server. */
export function Thumb({ visit, sha256, name, onRemove }: { visit: string; sha256: string; name: string; onRemove?: () => void }) {
  const t = useT('phone');
  const { login } = useOwner();
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    let made: string | undefined;
    let gone = false;
    void pictureOf(login, visit, sha256).then((picture) => {
      if (gone) return;
      made = picture && URL.createObjectURL(picture.blob);
      setAddress(made ?? `/api/v1/field/visits/${visit}/photos/${sha256}`);
    });
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [login, visit, sha256]);
  return (
    <div className="m-photo">
      {address && <img src={address} alt={name} />}
      {onRemove && (
        <button type="button" aria-label={t('photo.remove', { name })} onClick={onRemove}>
          ×
        </button>
      )}
    </div>
  );
}

/** How much is on this phone only, with the way to what waits. */
export function Unsent() {
  const t = useT('phoneField');
  const { unsent, busy } = useSending();
  const waiting = total(unsent);
  if (waiting === 0) return null;
  return (
    <Link className={`m-strip ${unsent.refused > 0 ? 'bad' : 'warn'}`} to={'/field/outbox' as never} style={{ display: 'block' }}>
      {unsent.refused > 0
        ? t('unsent.refused', { count: unsent.refused })
        : busy
          ? t('unsent.sending', { count: waiting })
          : t('unsent.waiting', { count: waiting })}
    </Link>
  );
}

const SKIPS = ['aside', 'absent', 'busy', 'nothing', 'later'] as const;

/** Asks why a step is left out: one tap, or in words. */
export function SkipSheet({ title, onClose, onSkip }: { title: string; onClose: () => void; onSkip: (reason: string) => void }) {
  const t = useT('phoneField');
  const [typed, setTyped] = useState('');
  return (
    <Sheet open title={title} onClose={onClose}>
      <Chips
        label={t('skip.why')}
        value=""
        options={SKIPS.map((why) => ({ value: t(`skip.${why}`), label: t(`skip.${why}`) }))}
        onChange={onSkip}
      />
      <TextField label={t('skip.words')} value={typed} onChange={setTyped} />
      <Btn wide blocked={typed.trim().length < 2 ? t('skip.missing') : undefined} onClick={() => onSkip(typed.trim())}>
        {t('skip.do')}
      </Btn>
    </Sheet>
  );
}

/** A text that is kept shortly after it was typed, not at every letter. */
export function Later({
  label,
  value,
  onKeep,
  help,
  max = 200,
}: {
  label: string;
  value: string;
  onKeep: (value: string) => void;
  help?: string;
  max?: number;
}) {
  const [typed, setTyped] = useState<string>();
  const keep = useRef(() => undefined as void);
  keep.current = () => {
    if (typed !== undefined && typed !== value) onKeep(typed);
  };
  useEffect(() => {
    const timer = setTimeout(() => keep.current(), 600);
    return () => clearTimeout(timer);
  }, [typed]);
  // Whoever leaves the page before that loses nothing.
  useEffect(() => () => keep.current(), []);
  return <TextField label={label} help={help} value={typed ?? value} onChange={(next) => setTyped(next.slice(0, max))} />;
}
