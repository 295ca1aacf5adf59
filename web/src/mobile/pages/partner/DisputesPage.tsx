import { useCallback, useEffect, useState } from 'react';
import { answer, api, http, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { Badge, Btn, Card, Empty, Loaded, Page, Trouble, useOnline } from '../../kit';
import { draftsOf, drop, keep, sendAll, type Draft } from './outbox';
import { TONES } from './shared';

/** One's disputes with their answers, and those that wait for a network. */
export default function DisputesPage() {
  const t = useT('phonePartner');
  const query = api.useQuery('get', '/api/v1/disputes', { params: { query: { limit: 100 } } });
  return (
    <Page title={t('dispute.list')} back="/">
      <Waiting />
      <Loaded query={query} empty={(data) => data.total === 0} whenEmpty={<Empty title={t('dispute.none')} help={t('dispute.noneHelp')} />}>
        {(data) => data.items.map((one) => <One key={one.id} one={one} />)}
      </Loaded>
    </Page>
  );
}

function Waiting() {
  const t = useT('phonePartner');
  const { login } = useMe();
  const online = useOnline();
  const [drafts, setDrafts] = useState<Draft[]>([]);
  const reload = useCallback(() => draftsOf(login).then((all) => setDrafts(all.filter((one) => one.queued || one.refused))), [login]);
  useEffect(() => {
    void sendAll(login).then(reload);
  }, [online, login, reload]);
  if (drafts.length === 0) return null;
  return (
    <Card title={t('dispute.waiting', { count: drafts.length })}>
      {drafts.map((draft) => (
        <div key={draft.key} style={{ display: 'grid', gap: 8 }}>
          <span>{[draft.wish.period, draft.wish.component, draft.wish.basis].join(' · ')}</span>
          <span className="m-muted">{draft.claim}</span>
          {draft.refused && <span className="m-why">{`${t('dispute.failed')}：${draft.refused}`}</span>}
          <Btn
            onClick={() =>
              void keep({ ...draft, queued: true, refused: undefined })
                .then(() => sendAll(login))
                .then(reload)
            }
          >
            {t('dispute.again')}
          </Btn>
          <Btn onClick={() => void drop(draft).then(reload)}>{t('dispute.drop')}</Btn>
        </div>
      ))}
    </Card>
  );
}

function One({ one }: { one: Schema<'DisputeView'> }) {
  const t = useT('phonePartner');
  const label = useLabel('phonePartner');
  const [refused, setRefused] = useState<unknown>();
  const close = async () => {
    try {
      await answer(http.POST('/api/v1/disputes/{id}/close', { params: { path: { id: one.id } } }));
      await queries.invalidateQueries();
    } catch (error) {
      setRefused(error);
    }
  };
  return (
    <Card title={one.id} extra={<Badge tone={TONES[one.state]}>{label('disputeState', one.state)}</Badge>}>
      <strong>{one.title}</strong>
      <span className="m-muted">{[month(one.period), one.basis].join(' · ')}</span>
      <span>{`${t('dispute.claimed')}：${one.claim}`}</span>
      {one.answer && one.state !== 'proposed' ? (
        <span>{`${t('dispute.answer')}：${one.outcome ? `${label('outcome', one.outcome)}，` : ''}${one.answer}`}</span>
      ) : (
        one.state !== 'closed' && <span className="m-muted">{t('dispute.answerBy', { day: one.answer_by })}</span>
      )}
      {one.outcome === 'upheld' && one.adjustment !== null && (
        <span>
          {`${t('dispute.adjustment')} ${yuan(one.adjustment)} ${one.post_in ? t('dispute.postIn', { month: month(one.post_in) }) : ''}`}
        </span>
      )}
      {refused !== undefined && <Trouble error={refused} />}
      {one.state === 'open' && <Btn onClick={() => void close()}>{t('dispute.withdraw')}</Btn>}
      {one.state === 'answered' && <Btn onClick={() => void close()}>{t('dispute.close')}</Btn>}
    </Card>
  );
}
