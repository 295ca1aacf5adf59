import { useId } from 'react';
import { useT } from '@/i18n';
import { ACCEPT } from '@/shared/flows/acts';
import type { FileRef } from '@/shared/flows/form';
import { useBring } from '@/shared/flows/useBring';
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
  const { busy, refused, take, remove } = useBring({ files, most, onChange, ready: small });
  return (
    <div className="m-field">
      <label htmlFor={id}>{label}</label>
      {files.map((file) => (
        <div key={file.id} className="m-row">
          <span>
            {file.name} <span className="m-muted">{file.bytes > 0 && bytes(file.bytes)}</span>
          </span>
          <Btn onClick={() => remove(file.id)}>{t('fileRemove', { name: file.name })}</Btn>
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
