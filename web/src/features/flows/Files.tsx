import { DeleteOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Upload } from 'antd';
import { useRef, useState } from 'react';
import { isApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { ACCEPT, bring } from '@/shared/flows/acts';
import type { FileRef } from '@/shared/flows/form';
import { bytes } from '@/shared/format/money';

interface Props {
  files: FileRef[];
  most: number;
  label: string;
  onChange: (files: FileRef[]) => void;
}

/** Files of a form: brought at once, named by the form when it is kept. */
export function Files({ files, most, label, onChange }: Props) {
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
        const brought = await bring(file, file.name);
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
    <div className="fill-files">
      {files.length > 0 && (
        <ul>
          {files.map((file) => (
            <li key={file.id}>
              {file.name} <span className="muted small">{file.bytes > 0 && bytes(file.bytes)}</span>
              <Button
                type="text"
                size="small"
                aria-label={t('fileRemove', { name: file.name })}
                icon={<DeleteOutlined />}
                onClick={() => onChange(files.filter((one) => one.id !== file.id))}
              />
            </li>
          ))}
        </ul>
      )}
      {files.length < most && (
        <Upload
          accept={ACCEPT}
          multiple
          showUploadList={false}
          beforeUpload={(file, all) => {
            if (file === all[0]) void take(all);
            return Upload.LIST_IGNORE;
          }}
        >
          <Button icon={<UploadOutlined />} loading={busy} aria-label={`${t('fileAdd')} · ${label}`}>
            {t('fileAdd')}
          </Button>
        </Upload>
      )}
      <span className="muted small">{t('fileHint', { most })}</span>
      {refused && (
        <span role="alert" className="negative">
          {refused}
        </span>
      )}
    </div>
  );
}
