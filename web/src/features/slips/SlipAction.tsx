import { Form, Input } from 'antd';
import { useT } from '@/i18n';
import { refresh } from '@/shared/orders/acts';
import { handle, REASONED, type Outcome, type SlipAct, type SlipRow } from '@/shared/orders/slips';
import { ActionDrawer } from '@/shared/ui/Drawers';

interface Props {
  act: SlipAct;
  rows: SlipRow[];
  onDone: (outcome: Outcome) => void;
  onClose: () => void;
}

/** One act on one slip or on many. */
export function SlipAction({ act, rows, onDone, onClose }: Props) {
  const t = useT('slips');
  const submit = async ({ reason = '' }: { reason?: string }) => {
    const outcome = await handle(rows, act, reason);
    await refresh();
    onDone(outcome);
  };
  return (
    <ActionDrawer<{ reason?: string }>
      open
      title={t(`acts.${act}`)}
      consequence={
        <>
          {t(`consequence.${act}`)}
          <br />
          {rows.length === 1 ? rows[0]!.order : t('several', { count: rows.length })}
        </>
      }
      verb={t(`acts.${act}`)}
      danger={act === 'lose'}
      onSubmit={submit}
      onClose={onClose}
    >
      {REASONED.includes(act) && (
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
          <Input.TextArea rows={3} maxLength={200} showCount autoFocus />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
