import { Form, Input, Select } from 'antd';
import { useState } from 'react';
import { newKey, onceHeader, queries, upload } from '@/api/client';
import { useT } from '@/i18n';
import { stringifySearch } from '@/shared/url';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Upload } from '@/shared/ui/Upload';
import { ACCEPT, KINDS, MOST_BYTES, paths, type Folder } from './folders';

export interface AboutFields {
  title: string;
  folder: string;
  kind: string;
  territory?: string;
  partner?: string;
}

/** A document with its first file. */
export function AddDocument({
  open,
  folders,
  folder,
  onClose,
}: {
  open: boolean;
  folders: Folder[];
  folder: string | undefined;
  onClose: () => void;
}) {
  const t = useT('documents');
  const [form] = Form.useForm<AboutFields>();
  const [files, setFiles] = useState<File[]>([]);
  const [key, setKey] = useState(newKey);
  const take = (chosen: File[]) => {
    setFiles(chosen);
    const name = chosen[0]?.name.replace(/\.[^.]+$/, '');
    if (name && !form.getFieldValue('title')) form.setFieldValue('title', name);
  };
  const leave = () => {
    setFiles([]);
    setKey(newKey());
    onClose();
  };
  return (
    <ActionDrawer<AboutFields>
      open={open}
      form={form}
      title={t('add')}
      verb={t('add')}
      done={t('added')}
      width={520}
      blocked={files.length === 0 ? t('chooseFile') : undefined}
      initial={{ kind: 'plan', ...(folder ? { folder } : {}) }}
      onClose={leave}
      onSubmit={async (fields) => {
        const [file] = files;
        if (!file) return;
        const query = stringifySearch({ ...fields, name: file.name });
        await upload(`/api/v1/documents${query}`, file, { 'Content-Type': 'application/octet-stream', ...onceHeader(key) });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item label={t('file')}>
        <Upload accept={ACCEPT} limit={MOST_BYTES} hint={t('fileHint')} files={files} onChange={take} />
      </Form.Item>
      <About folders={folders} />
    </ActionDrawer>
  );
}

/** What a document is: title, folder, kind, of which place or partner. */
export function About({ folders }: { folders: Folder[] }) {
  const t = useT('documents');
  return (
    <>
      <Form.Item name="title" label={t('name')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
        <Input maxLength={120} />
      </Form.Item>
      <Form.Item name="folder" label={t('folder')} rules={[{ required: true, message: t('required') }]}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={paths(folders)} />
      </Form.Item>
      <Form.Item name="kind" label={t('kind')} rules={[{ required: true, message: t('required') }]}>
        <Select options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="territory" label={t('territory')} extra={t('territoryHelp')}>
        <Input inputMode="numeric" />
      </Form.Item>
      <Form.Item name="partner" label={t('partner')} extra={t('partnerHelp')}>
        <Input />
      </Form.Item>
    </>
  );
}
