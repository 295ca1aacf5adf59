import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { isApiError } from '@/api/errors';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Btn, Card, Page, PhotoInput, Skeleton, TextBox, Trouble, toast } from '../../kit';
import { draftOf, fresh, keep, send, type Draft } from './outbox';
import { to, whichOf } from './shared';

/** A dispute of one line: what is typed is kept on the phone, and sent once. */
export default function DisputePage() {
  const t = useT('phonePartner');
  const me = useMe();
  const [url] = useUrl();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const line = JSON.stringify(whichOf(url));
  useEffect(() => {
    const wish = JSON.parse(line) as Draft['wish'];
    void draftOf(me.login, wish).then((found) => setDraft(found ?? fresh(me.login, wish)));
  }, [line, me.login]);
  const change = (patch: Partial<Draft>) => {
    if (draft) void keep({ ...draft, ...patch }).then(setDraft);
    if (draft) setDraft({ ...draft, ...patch });
  };
  const submit = async () => {
    if (!draft) return;
    setBusy(true);
    setRefused(undefined);
    try {
      const made = await send(draft);
      toast(t('dispute.sent', { day: made.answer_by }));
      void navigate({ to: '/disputes' });
    } catch (error) {
      if (isApiError(error) && error.offline) {
        await keep({ ...draft, queued: true });
        toast(t('dispute.queued'));
        void navigate({ to: '/disputes' });
      } else setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  if (!draft)
    return (
      <Page title={t('dispute.title')} back="/disputes">
        <Skeleton />
      </Page>
    );
  return (
    <Page
      title={t('dispute.title')}
      back={to('/proof', url)}
      foot={
        <Btn kind="main" busy={busy} blocked={draft.claim.trim().length < 2 ? t('dispute.short') : undefined} onClick={() => void submit()}>
          {t('dispute.submit')}
        </Btn>
      }
    >
      <Card title={t('dispute.about')}>
        <span>{[draft.wish.period, draft.wish.component, draft.wish.basis].join(' · ')}</span>
      </Card>
      {refused !== undefined && <Trouble error={refused} />}
      <TextBox
        label={t('dispute.claim')}
        help={t('dispute.claimHelp')}
        value={draft.claim}
        max={2000}
        rows={5}
        onChange={(claim) => change({ claim })}
      />
      <PhotoInput label={t('dispute.photos')} photos={draft.photos} onChange={(photos) => change({ photos })} />
      {draft.savedAt && (
        <p className="m-muted" role="status">
          {t('dispute.draft', { at: dateTime(draft.savedAt) })}
        </p>
      )}
    </Page>
  );
}
