import { useId, useRef, useState } from 'react';
import { isApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { ACCEPT, bring } from '@/shared/flows/acts';
import type { FileRef } from '@/shared/flows/form';
import { bytes } from '@/shared/format/money';
import { shrink } from '@/shared/shrink';
import { Btn } from '../../kit';

interface Props {
  label: string;
  help?: string;
  wrong?: string;
  files: FileRef[];
  most: number;
  onChange: (files: FileRef[]) => void;
}

/** A photo as it goes over a phone network; papers go as they are. */
async function small(file: File): Promise<[Blob, string]> {
  if (!file.type.startsWith('image/')) return [file, file.name];
  return [await shrink(file), `${file.name.replace(/\.[^.]+$/, '')}.jpg`];
}

/** Files of a form: brought at once, named by the form when it is kept. */
export function Files({ label, help, wrong, files, most, onChange }: Props) {
  const t = useT('flows');
  const id = useId();
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
        const brought = await bring(...(await small(file)));
        if (!fresh.some((one) => one.id === brought.id)) fresh.push(brought);
      } catch (error) {
        setRefused(`${file.name}: ${isApiError(error) ? error.message : t('fileFailed')}`);
      }
    }
    const there = latest.current;
    onChange([...there, ...fresh.filter((one) => !there.some((other) => other.id === one.id))].slice(0, most));
    setBusy(false);
  };
  return (
    <div className="m-field">
      <label htmlFor={id}>{label}</label>
      {files.map((file) => (
        <div key={file.id} className="m-row">
          <span>
            {file.name} <span className="m-muted">{file.bytes > 0 && bytes(file.bytes)}</span>
          </span>
          <Btn onClick={() => onChange(files.filter((one) => one.id !== file.id))}>{t('fileRemove', { name: file.name })}</Btn>
        </div>
      ))}
      <input
        id={id}
        className="m-input"
        type="file"
        multiple
        accept={`${ACCEPT},image/*`}
        disabled={busy || files.length >= most}
        onChange={(event) => {
          void take([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <span className="help">{[help, t('fileHint', { most })].filter(Boolean).join(' · ')}</span>
      {(wrong ?? refused) && (
        <span className="wrong" role="alert">
          {refused ?? wrong}
        </span>
      )}
    </div>
  );
}
