import { Form, Input } from 'antd';
import { http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { refresh } from '@/shared/orders/acts';
import type { Move } from '@/shared/orders/stock';
import { ActionDrawer } from '@/shared/ui/Drawers';

interface Props {
  rows: Schema<'StockPiece'>[];
  to: Move;
  onDone: () => void;
  onClose: () => void;
}

/** Moves pieces: all of them, or none. */
export function MovePieces({ rows, to, onDone, onClose }: Props) {
  const t = useT('stock');
  const submit = async ({ reason }: { reason: string }) => {
    await http.POST('/api/v1/stock/moves', { body: { kind: rows[0]!.kind, serials: rows.map((row) => row.serial), to, reason } });
    await refresh();
    onDone();
  };
  return (
    <ActionDrawer<{ reason: string }>
      open
      title={t(`moves.${to}`)}
      consequence={
        <>
          {t(`consequence.${to}`)}
          <br />
          {rows.length === 1 ? rows[0]!.serial : t('several', { count: rows.length })}
        </>
      }
      verb={t(`moves.${to}`)}
      danger={to === 'lost' || to === 'recalled'}
      done={t('moved')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
        <Input.TextArea rows={3} maxLength={200} showCount autoFocus />
      </Form.Item>
    </ActionDrawer>
  );
}
