// Five dozen lines each would do: native elements, so that the phone brings its own keyboard, pickers and reader.
import { Link } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { shrink } from '@/shared/shrink';

/** A page: title (the only `h1`), a way back, its content, and one main action at the bottom. */
export function Page({
  title,
  back,
  tools,
  foot,
  children,
}: {
  title: string;
  back?: string;
  tools?: ReactNode;
  foot?: ReactNode;
  children: ReactNode;
}) {
  const t = useT('phone');
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main className={foot ? 'm-page with-foot' : 'm-page'}>
      <div className="m-top">
        {back && (
          <Link className="m-icon" to={back} aria-label={t('back')}>
            ‹
          </Link>
        )}
        <h1>{title}</h1>
        {tools}
      </div>
      <OfflineStrip />
      {children}
      {foot && (
        <div className="m-foot">
          <div>{foot}</div>
        </div>
      )}
    </main>
  );
}

export function Card({ title, extra, children }: { title?: string; extra?: ReactNode; children: ReactNode }) {
  return (
    <section className="m-card">
      {(title || extra) && (
        <header>
          {title && <h2>{title}</h2>}
          {extra}
        </header>
      )}
      {children}
    </section>
  );
}

interface BtnProps {
  children: ReactNode;
  onClick?: () => void;
  kind?: 'main' | 'plain' | 'bad';
  wide?: boolean;
  submit?: boolean;
  busy?: boolean;
  /** Why it cannot be used now; shown below it. */
  blocked?: string;
}

export function Btn({ children, onClick, kind = 'plain', wide, submit, busy, blocked }: BtnProps) {
  const id = useId();
  return (
    <>
      <button
        type={submit ? 'submit' : 'button'}
        className={`m-btn ${kind}${wide ? ' wide' : ''}`}
        onClick={onClick}
        disabled={busy || blocked !== undefined}
        aria-busy={busy}
        aria-describedby={blocked ? id : undefined}
      >
        {children}
      </button>
      {blocked && (
        <p id={id} className="m-why">
          {blocked}
        </p>
      )}
    </>
  );
}

export const List = ({ label, children }: { label?: string; children: ReactNode }) => (
  <ul className="m-list card" aria-label={label}>
    {children}
  </ul>
);

/** A line of a list; with `to` it opens something. */
export function ListItem({
  title,
  note,
  value,
  to,
  onClick,
}: {
  title: ReactNode;
  note?: ReactNode;
  value?: ReactNode;
  to?: string;
  onClick?: () => void;
}) {
  const content = (
    <>
      <span>{title}</span>
      {value !== undefined && <span className="value">{value}</span>}
      {note && <span className="note">{note}</span>}
    </>
  );
  const line = to ? (
    <Link className="m-item" {...place(to)}>
      {content}
    </Link>
  ) : onClick ? (
    <button type="button" className="m-item" onClick={onClick}>
      {content}
    </button>
  ) : (
    <div className="m-item">{content}</div>
  );
  return <li>{line}</li>;
}

/** Takes an address with parameters apart for the router. */
export function place(address: string) {
  const [to, search] = address.split('?');
  return { to: to!, search: Object.fromEntries(new URLSearchParams(search)) as never };
}

export type Tone = 'plain' | 'info' | 'good' | 'warn' | 'bad';

export const Badge = ({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) => (
  <span className={`m-badge ${tone}`}>{children}</span>
);

export const Strip = ({ tone = 'info', children }: { tone?: 'info' | 'warn' | 'bad'; children: ReactNode }) => (
  <div className={`m-strip ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
    {children}
  </div>
);

/** A share of one, with words beside it. */
export function Progress({ share, label }: { share: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className="m-progress" role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}

interface FieldProps {
  label: string;
  help?: string;
  wrong?: string;
}

type Control = FieldProps & { value: string; onChange: (value: string) => void };

function Field({ id, label, help, wrong, children }: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className="m-field">
      <label htmlFor={id}>{label}</label>
      {children}
      {help && <span className="help">{help}</span>}
      {wrong && (
        <span className="wrong" role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

interface InputProps extends Control {
  type?: 'text' | 'password' | 'tel' | 'date' | 'month' | 'search';
  inputMode?: 'numeric' | 'decimal' | 'text';
  autoComplete?: string;
  placeholder?: string;
}

export function TextField({ label, help, wrong, value, onChange, type = 'text', ...rest }: InputProps) {
  const id = useId();
  return (
    <Field {...{ id, label, help, wrong }}>
      <input
        id={id}
        className="m-input"
        type={type}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={wrong ? true : undefined}
        {...rest}
      />
    </Field>
  );
}

export function TextBox({ label, help, wrong, value, onChange, rows = 4, max }: Control & { rows?: number; max?: number }) {
  const id = useId();
  return (
    <Field {...{ id, label, help, wrong }}>
      <textarea
        id={id}
        className="m-input"
        rows={rows}
        maxLength={max}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={wrong ? true : undefined}
      />
    </Field>
  );
}

export interface Option {
  value: string;
  label: string;
}

export function SelectField({ label, help, wrong, value, onChange, options }: Control & { options: Option[] }) {
  const id = useId();
  return (
    <Field {...{ id, label, help, wrong }}>
      <select id={id} className="m-input" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** One of a few, all in sight. */
export function RadioList({ label, value, onChange, options }: Control & { options: Option[] }) {
  const name = useId();
  return (
    <fieldset className="m-field">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="m-choice">
          <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

/** A switch between two or three views of a page. */
export function Segments({ label, value, onChange, options }: Control & { options: Option[] }) {
  return (
    <div className="m-segments" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
          {option.label}
        </button>
      ))}
    </div>
  );
}

interface StepperProps {
  label: string;
  value: number | undefined;
  onChange: (value: number) => void;
  /** What the first tap counts from. */
  start?: number;
}

/** A count by taps, or typed. */
export function Stepper({ label, value, onChange, start = 0 }: StepperProps) {
  const t = useT('phone');
  const by = (step: number) => onChange(Math.max(0, (value ?? start) + step));
  return (
    <div className="m-stepper" role="group" aria-label={label}>
      <button type="button" aria-label={t('stepper.less', { what: label })} onClick={() => by(-1)}>
        −
      </button>
      <input
        className="m-input"
        inputMode="numeric"
        aria-label={label}
        value={value ?? ''}
        onChange={(event) => /^\d{1,7}$/.test(event.target.value) && onChange(Number(event.target.value))}
      />
      <button type="button" aria-label={t('stepper.more', { what: label })} onClick={() => by(1)}>
        +
      </button>
    </div>
  );
}

/** Photos, shrunk before they are kept. */
export function PhotoInput({
  label,
  photos,
  onChange,
  most = 6,
}: {
  label: string;
  photos: Blob[];
  onChange: (photos: Blob[]) => void;
  most?: number;
}) {
  const t = useT('phone');
  const [wrong, setWrong] = useState(false);
  const take = async (files: FileList | null) => {
    try {
      const small = await Promise.all([...(files ?? [])].map((file) => shrink(file)));
      setWrong(false);
      onChange([...photos, ...small].slice(0, most));
    } catch {
      setWrong(true);
    }
  };
  return (
    <fieldset className="m-field">
      <legend>{label}</legend>
      <div className="m-photos">
        {photos.map((photo, index) => (
          <Photo
            key={index}
            photo={photo}
            name={t('photo.of', { number: index + 1 })}
            onRemove={() => onChange(photos.filter((_, other) => other !== index))}
          />
        ))}
        {photos.length < most && (
          <label className="m-photo">
            <span>{t('photo.add')}</span>
            <input
              className="sr"
              type="file"
              accept="image/*"
              multiple
              onChange={(event) => {
                void take(event.target.files);
                event.target.value = '';
              }}
            />
          </label>
        )}
      </div>
      {wrong && (
        <span className="wrong" role="alert">
          {t('photo.wrong')}
        </span>
      )}
    </fieldset>
  );
}

function Photo({ photo, name, onRemove }: { photo: Blob; name: string; onRemove: () => void }) {
  const t = useT('phone');
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(photo);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  return (
    <div className="m-photo">
      {address && <img src={address} alt={name} />}
      <button type="button" aria-label={t('photo.remove', { name })} onClick={onRemove}>
        ×
      </button>
    </div>
  );
}

/** A sheet from below. */
export function Sheet({ open, title, onClose, children }: { open: boolean; title: string; onClose: () => void; children: ReactNode }) {
  const t = useT('phone');
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="m-sheet" aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="m-icon" aria-label={t('close')} onClick={onClose}>
          ×
        </button>
      </header>
      {open && <div>{children}</div>}
    </dialog>
  );
}

const toasts = new Set<(words: string) => void>();

/** Says something for three seconds. */
export const toast = (words: string) => {
  for (const show of toasts) show(words);
};

export function Toast() {
  const [words, setWords] = useState('');
  useEffect(() => {
    let timer = 0;
    const show = (next: string) => {
      setWords(next);
      clearTimeout(timer);
      timer = window.setTimeout(() => setWords(''), 3000);
    };
    toasts.add(show);
    return () => {
      toasts.delete(show);
      clearTimeout(timer);
    };
  }, []);
  return <div role="status">{words && <div className="m-toast">{words}</div>}</div>;
}

const watchNet = (listener: () => void) => {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
};

export const useOnline = () => useSyncExternalStore(watchNet, () => navigator.onLine);

function OfflineStrip() {
  const t = useT('phone');
  return useOnline() ? null : <Strip tone="warn">{t('offline')}</Strip>;
}

export const Skeleton = ({ rows = 3 }: { rows?: number }) => {
  const t = useT('phone');
  return (
    <div role="status" aria-label={t('loading')} style={{ display: 'grid', gap: 12 }}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="m-skeleton" />
      ))}
    </div>
  );
};

export function Empty({ title, help }: { title?: string; help?: ReactNode }) {
  const t = useT('phone');
  return (
    <div className="m-card" style={{ textAlign: 'center', padding: '32px 14px' }}>
      <strong>{title ?? t('empty')}</strong>
      {help && <span className="m-muted">{help}</span>}
    </div>
  );
}

/** A refusal of the server: what happened, what to do, the trace id. */
export function Trouble({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT('phone');
  const known = error instanceof ApiError ? error : undefined;
  return (
    <div className="m-card" role="alert">
      <strong>{known?.message || t('failed')}</strong>
      {known?.trace && (
        <span className="m-muted">
          {t('traceId')} {known.trace}
        </span>
      )}
      {onRetry && known?.status !== 403 && known?.status !== 404 && <Btn onClick={onRetry}>{t('retry')}</Btn>}
    </div>
  );
}

interface Answered<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** Skeleton, trouble with retry, empty, or the content. */
export function Loaded<T>({
  query,
  children,
  rows,
  empty,
  whenEmpty,
}: {
  query: Answered<T>;
  children: (data: T) => ReactNode;
  rows?: number;
  empty?: (data: T) => boolean;
  whenEmpty?: ReactNode;
}) {
  if (query.data === undefined)
    return query.error ? <Trouble error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton rows={rows} />;
  if (empty?.(query.data)) return whenEmpty ?? <Empty />;
  return children(query.data);
}
