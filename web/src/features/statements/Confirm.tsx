import { Button } from 'antd';
import { useState } from 'react';
import { answer, http, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { Can } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';

/** A partner confirms its own statement, in one step. */
export function Confirm({ one, path }: { one: Schema<'StatementView'>; path: { period: string; partner: string } }) {
  const t = useT('statements');
  const [open, setOpen] = useState(false);
  if (one.confirmation !== null || !['published', 'disputed'].includes(one.state)) return null;
  const submit = async () => {
    const body = { hash: one.hash, despite_disputes: one.disputes > 0 };
    await answer(http.POST('/api/v1/statements/{period}/{partner}/confirm', { params: { path }, body }));
    await queries.invalidateQueries();
  };
  const consequence = t(one.disputes > 0 ? 'confirmRest' : 'confirmHelp', {
    amount: yuan(one.totals.payment),
    day: one.promise,
    count: one.disputes,
  });
  return (
    <Can permission="statement.confirm">
      <Button type="primary" onClick={() => setOpen(true)}>
        {t('confirm')}
      </Button>
      <ActionDrawer<object>
        open={open}
        title={t('confirm')}
        verb={t('confirm')}
        consequence={consequence}
        done={t('confirmedNow')}
        onClose={() => setOpen(false)}
        onSubmit={submit}
      />
    </Can>
  );
}
