import { Form, Input, Select } from 'antd';
import { http, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import type { Question } from '@/shared/figures/ask';
import { ActionDrawer } from './Drawers';

interface Values {
  rhythm: string;
  address: string;
}

interface Props {
  view: Schema<'FigureView'>;
  question: Question;
  onClose: () => void;
}

/** Has a view of figures sent by mail, again and again. */
export function MailDrawer({ view, question, onClose }: Props) {
  const t = useT('views');
  return (
    <ActionDrawer<Values>
      open
      title={t('mail', { name: view.name })}
      consequence={t('mailHelp')}
      verb={t('mailVerb')}
      done={t('mailDone')}
      initial={{ rhythm: 'weekly' }}
      onClose={onClose}
      onSubmit={async ({ rhythm, address }) => {
        const body = { rhythm, address: address.trim(), question };
        await http.PUT('/api/v1/views/{id}/mailing', { params: { path: { id: view.id } }, body });
        await queries.invalidateQueries({ queryKey: ['get', '/api/v1/me/mailings'] });
      }}
    >
      <Form.Item name="rhythm" label={t('rhythm')} rules={[{ required: true }]}>
        <Select options={(['daily', 'weekly', 'monthly'] as const).map((value) => ({ value, label: t(`rhythms.${value}`) }))} />
      </Form.Item>
      <Form.Item name="address" label={t('address')} rules={[{ required: true, type: 'email', message: t('addressWrong') }]}>
        <Input inputMode="email" autoComplete="email" />
      </Form.Item>
    </ActionDrawer>
  );
}
