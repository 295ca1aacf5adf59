// Saving as somebody types: one text after the other, each on the version the one before it left, and nothing of others overwritten unseen.
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '@/api/errors';

export type Saving = { state: 'saved' | 'saving' | 'typed' } | { state: 'failed'; why: string };

/** Milliseconds without a key after which a text is kept. */
const PAUSE = 700;

interface Props<Theirs> {
  /** The version the page was opened with. */
  version: number;
  /** Keeps a text that follows a version; gives the version after it. */
  keep: (text: string, version: number) => Promise<number>;
  /** Looks at a text, beside keeping it. */
  check: (text: string) => Promise<unknown>;
  /** Code of the refusal of a text that did not know the last one. */
  stale: string;
  /** What is kept now, after somebody else changed it. */
  reread: () => Promise<Theirs>;
}

export function useSaving<Theirs>({ version, keep, check, stale, reread }: Props<Theirs>) {
  const [saving, setSaving] = useState<Saving>({ state: 'saved' });
  const [theirs, setTheirs] = useState<Theirs>();
  const seen = useRef(version);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const before = useRef<Promise<void>>(Promise.resolve());
  const waiting = useRef<() => string | Promise<string>>(undefined);

  const once = async (text: string) => {
    try {
      const checking = check(text);
      seen.current = await keep(text, seen.current);
      await checking;
      setSaving({ state: waiting.current ? 'typed' : 'saved' });
    } catch (error) {
      if (error instanceof ApiError && error.code === stale) setTheirs(await reread());
      setSaving({ state: 'failed', why: (error as Error).message });
    }
  };
  /** Keeps a text now. */
  const save = (text: string): Promise<void> => {
    clearTimeout(timer.current);
    waiting.current = undefined;
    setSaving({ state: 'saving' });
    before.current = before.current.then(() => once(text));
    return before.current;
  };
  /** Keeps what was typed last, if it is not kept yet. */
  const flush = async (): Promise<void> => {
    const made = waiting.current;
    if (!made) return before.current;
    waiting.current = undefined;
    clearTimeout(timer.current);
    try {
      await save(await made());
    } catch (error) {
      setSaving({ state: 'failed', why: (error as Error).message });
    }
  };
  /** Keeps a text, or what is made of it, once no more is typed. */
  const typed = (made: string | (() => string | Promise<string>)): void => {
    setSaving({ state: 'typed' });
    waiting.current = typeof made === 'string' ? () => made : made;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void flush(), PAUSE);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => saving.state !== 'saved' && event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [saving.state]);

  return {
    saving,
    save,
    flush,
    typed,
    /** What somebody else kept meanwhile. */
    theirs,
    /** Goes on from the version of theirs. */
    adopt: (now: number) => {
      seen.current = now;
      setTheirs(undefined);
    },
    version: () => seen.current,
  };
}
