// Files of a form being brought: one after the other, while others may be removed again.
import { useRef, useState } from 'react';
import { isApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { bring } from './acts';
import type { FileRef } from './form';

interface Asked {
  files: FileRef[];
  most: number;
  onChange: (files: FileRef[]) => void;
  /** What goes over the network instead of a file, and its name. */
  ready?: (file: File) => Promise<[Blob, string]>;
}

const whole = (file: File): Promise<[Blob, string]> => Promise.resolve([file, file.name]);

export function useBring({ files, most, onChange, ready = whole }: Asked) {
  const t = useT('flows');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  // One may be removed while others are still on their way.
  const latest = useRef(files);
  latest.current = files;
  const take = async (chosen: File[]) => {
    setBusy(true);
    setRefused(undefined);
    const fresh: FileRef[] = [];
    for (const file of chosen) {
      try {
        const brought = await bring(...(await ready(file)));
        if (!fresh.some((one) => one.id === brought.id)) fresh.push(brought);
      } catch (error) {
        setRefused(`${file.name}: ${isApiError(error) ? error.message : t('fileFailed')}`);
      }
    }
    const there = latest.current;
    onChange([...there, ...fresh.filter((one) => !there.some((other) => other.id === one.id))].slice(0, most));
    setBusy(false);
  };
  return { busy, refused, take, remove: (id: string) => onChange(latest.current.filter((one) => one.id !== id)) };
}
