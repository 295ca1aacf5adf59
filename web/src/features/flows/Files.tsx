import { DeleteOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Upload } from 'antd';
import { useT } from '@/i18n';
import { ACCEPT } from '@/shared/flows/acts';
import type { FileRef } from '@/shared/flows/form';
import { useBring } from '@/shared/flows/useBring';
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
  const { busy, refused, take, remove } = useBring({ files, most, onChange });
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
                onClick={() => remove(file.id)}
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
