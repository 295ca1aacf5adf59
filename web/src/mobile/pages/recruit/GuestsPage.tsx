import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { ANSWER_TONES, ANSWERS, confirmGuest, type Guest } from '@/shared/recruit';
import { Badge, Btn, Empty, List, ListItem, Loaded, Page, RadioList, Sheet, TextBox, toast, Trouble } from '../../kit';

/** Guests of an event, and what they said on the phone. */
export default function GuestsPage() {
  const t = useT('phoneRecruit');
  const label = useLabel('phoneRecruit');
  const me = useMe();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const [calling, setCalling] = useState<Guest>();
  const event = api.useQuery('get', '/api/v1/recruiting/events/{id}', { params: { path: { id } } }).data?.event;
  const query = api.useQuery('get', '/api/v1/recruiting/events/{id}/guests', { params: { path: { id } } });
  const may = holds(me, 'recruit.manage') && event?.state === 'preparing';
  return (
    <Page title={event?.title ?? t('guests')} back="/recruiting">
      <Loaded query={query} rows={5} empty={(rows) => rows.length === 0} whenEmpty={<Empty title={t('guestNone')} />}>
        {(rows) => (
          <List label={t('guests')}>
            {rows.map((guest) => (
              <ListItem
                key={guest.id}
                title={guest.name}
                value={<Badge tone={ANSWER_TONES[guest.answer]}>{label('answers', guest.answer)}</Badge>}
                note={[guest.company, guest.phone, guest.answer_note].filter(Boolean).join(' · ')}
                onClick={may ? () => setCalling(guest) : undefined}
              />
            ))}
          </List>
        )}
      </Loaded>
      <Sheet open={calling !== undefined} title={t('confirm')} onClose={() => setCalling(undefined)}>
        {calling && <Call event={id} guest={calling} onDone={() => setCalling(undefined)} />}
      </Sheet>
    </Page>
  );
}

function Call({ event, guest, onDone }: { event: string; guest: Guest; onDone: () => void }) {
  const t = useT('phoneRecruit');
  const [said, setSaid] = useState(guest.answer === 'open' ? 'yes' : guest.answer);
  const [note, setNote] = useState(guest.answer_note);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const submit = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      await confirmGuest(event, guest, said, note);
      toast(t('saved'));
      onDone();
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {refused !== undefined && <Trouble error={refused} />}
      <RadioList
        label={t('answer')}
        value={said}
        onChange={setSaid}
        options={ANSWERS.map((value) => ({ value, label: t(`answers.${value}`) }))}
      />
      <TextBox label={t('note')} value={note} onChange={setNote} rows={2} max={200} />
      <Btn kind="main" wide busy={busy} onClick={() => void submit()}>
        {t('save')}
      </Btn>
    </>
  );
}
