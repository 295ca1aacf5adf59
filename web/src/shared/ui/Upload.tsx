import { InboxOutlined } from '@ant-design/icons';
import { Alert, Upload as Antd } from 'antd';
import { useState } from 'react';
import { useT } from '@/i18n';

interface Props {
  /** Endings that are taken, as `.csv,.xlsx`. */
  accept: string;
  /** Most bytes of one file. */
  limit: number;
  multiple?: boolean;
  hint?: string;
  files: File[];
  onChange: (files: File[]) => void;
}

const size = (bytes: number) => (bytes >= 1 << 20 ? `${Math.floor(bytes / (1 << 20))} MB` : `${Math.floor(bytes / 1024)} KB`);

/** Chooses files, by button, drop or keyboard, and refuses at once what the server would. Sending them is the page's. */
export function Upload({ accept, limit, multiple = false, hint, files, onChange }: Props) {
  const t = useT('common');
  const [refused, setRefused] = useState<string>();
  const endings = accept.split(',').map((ending) => ending.trim().toLowerCase());
  const take = (file: File, all: File[]) => {
    const wrong = !endings.some((ending) => file.name.toLowerCase().endsWith(ending));
    const why = wrong
      ? t('upload.wrongType', { types: endings.join(' ') })
      : file.size > limit
        ? t('upload.tooLarge', { limit: size(limit) })
        : undefined;
    setRefused(why && `${file.name}: ${why}`);
    if (!why && file === all[0]) onChange(multiple ? [...files, ...all] : [file]);
    return Antd.LIST_IGNORE;
  };
  return (
    <>
      <Antd.Dragger
        accept={accept}
        multiple={multiple}
        beforeUpload={take}
        fileList={files.map((file, index) => ({ uid: String(index), name: file.name, size: file.size, status: 'done' as const }))}
        onRemove={({ uid }) => onChange(files.filter((_, index) => String(index) !== uid))}
      >
        <p>
          <InboxOutlined style={{ fontSize: 28 }} />
        </p>
        <p>{t('upload.drop')}</p>
        {hint && <p className="muted">{hint}</p>}
      </Antd.Dragger>
      {refused && <Alert type="error" showIcon role="alert" title={refused} style={{ marginTop: 8 }} />}
    </>
  );
}
