import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { Badge, Btn, List, ListItem, Sheet, TextBox, Trouble, toast } from '../../kit';

type Remedy = Schema<'Remedy'>;

/** Tasks one's own reviews brought, done or let go with a word (R2.14); nothing where there are none, or no network. */
export function Remedies() {
  const t = useT('phoneField');
  const [closing, setClosing] = useState<Remedy>();
  const rows = api.useQuery('get', '/api/v1/field/remedies', {}).data?.rows ?? [];
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{t('review.tasks', { count: rows.length })}</h2>
      <List label={t('review.open')}>
        {rows.map((row) => (
          <ListItem
            key={row.id}
            title={
              <>
                {row.text} {row.overdue && <Badge tone="bad">{t('issue.overdue')}</Badge>}
              </>
            }
            note={[row.outlet_name, t('issue.due', { day: row.due_on })].filter(Boolean).join(' · ')}
            onClick={() => setClosing(row)}
          />
        ))}
      </List>
      {closing && <Close key={closing.id} remedy={closing} onClose={() => setClosing(undefined)} />}
    </>
  );
}

function Close({ remedy, onClose }: { remedy: Remedy; onClose: () => void }) {
  const t = useT('phoneField');
  const [reason, setReason] = useState('');
  const close = useMutation({
    mutationFn: (to: 'done' | 'dropped') => {
      const params = { path: { id: remedy.id }, header: ifMatch(remedy.version) };
      return answer(http.POST('/api/v1/field/remedies/{id}/close', { params, body: { to, reason: reason.trim() } }));
    },
    onSuccess: async () => {
      toast(t('review.closed'));
      onClose();
      await queries.invalidateQueries();
    },
  });
  return (
    <Sheet open title={remedy.text} onClose={onClose}>
      {close.error && <Trouble error={close.error} />}
      <Btn kind="main" wide busy={close.isPending} onClick={() => close.mutate('done')}>
        {t('review.done')}
      </Btn>
      <TextBox label={t('review.why')} rows={2} max={200} value={reason} onChange={setReason} />
      <Btn
        wide
        busy={close.isPending}
        blocked={reason.trim().length < 2 ? t('diary.reasonMissing') : undefined}
        onClick={() => close.mutate('dropped')}
      >
        {t('review.drop')}
      </Btn>
    </Sheet>
  );
}
