import { Form, Input } from 'antd';
import { answer, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { useState } from 'react';
import { reload, stand, type Row } from './data';

/** Suspends a holder at once, or restores one. */
export function Stand({ row, onClose }: { row: Row; onClose: () => void }) {
  const t = useT('acceptance');
  const label = useLabel('acceptance');
  const [now, setNow] = useState(row);
  const suspends = row.suspended_at === null;
  const holder = row.holder;
  const stateOf = (one: Row) => (one.suspended_at === null ? t('inForce') : t('suspended'));
  const stale = async () => {
    const path = { holder: row.holder, code: row.code };
    const fresh = (await answer(http.GET('/api/v1/acceptance/holders/{holder}/{code}', { params: { path } }))).row;
    const changes = [
      { name: t('level'), before: now.level, after: fresh.level },
      { name: t('state'), before: stateOf(now), after: stateOf(fresh) },
    ].filter(({ before, after }) => before !== after);
    setNow(fresh);
    await reload();
    return changes;
  };
  const already = (now.suspended_at === null) !== suspends;
  return (
    <ActionDrawer<{ reason: string }>
      open
      title={`${t(suspends ? 'suspend' : 'restore')} · ${label('holders', holder)} ${row.name} ${row.code}`}
      consequence={suspends ? label('suspendConsequence', holder) : t('restoreConsequence')}
      verb={t(suspends ? 'suspend' : 'restore')}
      danger={suspends}
      blocked={already ? t('already', { state: stateOf(now) }) : undefined}
      done={t(suspends ? 'suspendDone' : 'restoreDone')}
      onSubmit={({ reason }) => stand(now, reason)}
      onStale={stale}
      onClose={onClose}
    >
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
        <Input.TextArea rows={3} maxLength={200} showCount autoFocus />
      </Form.Item>
    </ActionDrawer>
  );
}
