import { Form, Input } from 'antd';
import { useState } from 'react';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { act, GRAVE, type Said, type Verb, type Whole } from '@/shared/orders/acts';
import { ActionDrawer } from '@/shared/ui/Drawers';

interface Props {
  verb: Verb;
  part?: string;
  whole: Whole;
  reload: () => Promise<Whole | undefined>;
  onClose: () => void;
}

/** One act on an order: what follows, what has to be said, the verb. */
export function Act({ verb, part, whole, reload, onClose }: Props) {
  const t = useT('orders');
  const [key] = useState(keeper);
  const { id, version, state_title } = whole.order;
  const grave = GRAVE.includes(verb);
  const task = whole.tasks.find((one) => one.part === part)?.title;
  const stale = async () => {
    const now = await reload();
    return now && now.order.state_title !== state_title ? [{ name: t('state'), before: state_title, after: now.order.state_title }] : [];
  };
  return (
    <ActionDrawer<Said>
      open
      title={[t(`verbs.${verb}`), task, id].filter(Boolean).join(' · ')}
      consequence={t(`consequence.${verb}`)}
      verb={t(`verbs.${verb}`)}
      danger={grave}
      done={t('acted')}
      onStale={stale}
      onSubmit={(said) => act(verb, { id, version, key: key([verb, id, version, part, said]) }, { ...said, part })}
      onClose={onClose}
    >
      {verb === 'accept' && (
        <Form.Item
          name="systemNo"
          label={t('systemNo')}
          rules={[{ required: true, whitespace: true, pattern: /^\s*[A-Za-z0-9-]{1,40}\s*$/, message: t('systemNoWrong') }]}
        >
          <Input maxLength={40} autoComplete="off" autoFocus />
        </Form.Item>
      )}
      {grave && (
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
          <Input.TextArea rows={3} maxLength={200} showCount autoFocus />
        </Form.Item>
      )}
      {(verb === 'finish' || verb === 'fail') && (
        <Form.Item name="note" label={t('noteOptional')}>
          <Input.TextArea rows={3} maxLength={200} showCount autoFocus />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
