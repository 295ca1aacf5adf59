import { useState } from 'react';
import { answer, api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { Badge, Btn, Empty, List, ListItem, Loaded, Page, Sheet, TextBox, toast, Trouble } from '../../kit';

type Rescore = Schema<'RescoreRow'>;

const points = (score: number | null) => (score === null ? '—' : (score / 100).toFixed(1));

/** What others found of one's own scores, to be answered (R7.266). */
export default function RescoresPage() {
  const t = useT('phoneDisplay');
  const [open, setOpen] = useState<Rescore>();
  const query = api.useQuery('get', '/api/v1/display/own-rescores', { params: { query: {} } });
  return (
    <Page title={t('rescores')} back="/field">
      <Loaded query={query} rows={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('noRescores')} />
          ) : (
            <List label={t('rescores')}>
              {items.map((row) => (
                <ListItem
                  key={row.id}
                  title={`${row.outlet_name} · ${row.template_name}`}
                  note={[row.day, t('rescoreNote', { first: points(row.score), second: points(row.again) }), row.note].join(' · ')}
                  value={<Badge tone="warn">{points(row.difference)}</Badge>}
                  onClick={() => setOpen(row)}
                />
              ))}
            </List>
          )
        }
      </Loaded>
      <Sheet open={open !== undefined} title={open?.outlet_name ?? ''} onClose={() => setOpen(undefined)}>
        {open && <Replying row={open} onClose={() => setOpen(undefined)} />}
      </Sheet>
    </Page>
  );
}

function Replying({ row, onClose }: { row: Rescore; onClose: () => void }) {
  const t = useT('phoneDisplay');
  const [reply, setReply] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const send = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      const params = { path: { id: row.id }, header: ifMatch(row.version) };
      await answer(http.POST('/api/v1/display/own-rescores/{id}/reply', { params, headers: ifMatch(row.version), body: { reply } }));
      await queries.invalidateQueries({ predicate: ({ queryKey: [, path] }) => String(path).includes('/display/own-rescores') });
      toast(t('replied'));
      onClose();
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {refused !== undefined && <Trouble error={refused} />}
      <p>{row.note}</p>
      <TextBox label={t('reply')} value={reply} onChange={setReply} rows={3} max={200} />
      <Btn kind="main" wide busy={busy} blocked={reply.trim().length < 2 ? t('replyFirst') : undefined} onClick={() => void send()}>
        {t('send')}
      </Btn>
    </>
  );
}
