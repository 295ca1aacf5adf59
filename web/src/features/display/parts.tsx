import { Form } from 'antd';
import { useT } from '@/i18n';
import { Upload } from '@/shared/ui/Upload';
import { MOST_BYTES, PICTURES, photoAt } from './data';

/** A photo that is to be brought. */
export function PhotoItem({ label, files, onChange }: { label: string; files: File[]; onChange: (files: File[]) => void }) {
  const t = useT('display');
  return (
    <Form.Item label={label} required>
      <Upload accept={PICTURES} limit={MOST_BYTES} hint={t('photoHint')} files={files} onChange={onChange} />
    </Form.Item>
  );
}

/** A picture that was brought, as a thumbnail that opens. */
export function Photo({ sha256, label }: { sha256: string; label: string }) {
  if (!sha256) return <>—</>;
  return (
    <a href={photoAt(sha256)} target="_blank" rel="noreferrer">
      <img src={photoAt(sha256)} alt={label} width={72} height={54} style={{ objectFit: 'cover' }} loading="lazy" />
    </a>
  );
}
