import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, http, newKey, onceHeader, queries } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { useSettled } from '@/shared/flows/useFill';
import { prospectBody, STAGE_TONES, stepProspect, type ProspectRow } from '@/shared/recruit';
import { useUrl } from '@/shared/url';
import {
  Badge,
  Btn,
  Empty,
  List,
  ListItem,
  Loaded,
  Page,
  SelectField,
  Segments,
  Sheet,
  TextBox,
  TextField,
  toast,
  Trouble,
} from '../../kit';

/** What a channel manager needs at a door: whom they work on, and who was invited. */
export default function RecruitPage() {
  const t = useT('phoneRecruit');
  const [url, change] = useUrl();
  const view = url.view === 'events' ? 'events' : 'prospects';
  return (
    <Page title={t('title')} back="/mine">
      <Segments
        label={t('view')}
        value={view}
        onChange={(next) => change({ view: next === 'events' ? next : undefined }, { replace: true })}
        options={[
          { value: 'prospects', label: t('prospects') },
          { value: 'events', label: t('events') },
        ]}
      />
      {view === 'events' ? <Events /> : <Prospects />}
    </Page>
  );
}

function Events() {
  const t = useT('phoneRecruit');
  const query = api.useQuery('get', '/api/v1/recruiting/events');
  const open = (state: string) => state === 'preparing' || state === 'held';
  return (
    <Loaded query={query} rows={3} empty={(rows) => !rows.some((row) => open(row.state))} whenEmpty={<Empty title={t('eventNone')} />}>
      {(rows) => (
        <List label={t('events')}>
          {rows
            .filter((row) => open(row.state))
            .map((row) => (
              <ListItem
                key={row.id}
                title={row.title}
                note={[
                  t('heldOn', { day: row.held_on, place: row.place }),
                  t('confirmed', { confirmed: row.figures.confirmed, invited: row.figures.invited }),
                ].join(' · ')}
                to={`/recruiting/events/${row.id}`}
              />
            ))}
        </List>
      )}
    </Loaded>
  );
}

function Prospects() {
  const t = useT('phoneRecruit');
  const label = useLabel('phoneRecruit');
  const me = useMe();
  const manages = holds(me, 'recruit.manage');
  const [url, change] = useUrl();
  const [stepping, setStepping] = useState<ProspectRow>();
  const [adding, setAdding] = useState(false);
  const q = useSettled((url.q ?? '').trim(), 300);
  const asked = { params: { query: { q: q || undefined, limit: 50 } } };
  const query = api.useQuery('get', '/api/v1/recruiting/prospects', asked, { placeholderData: keepPreviousData });
  return (
    <>
      <TextField label={t('search')} type="search" value={url.q ?? ''} onChange={(next) => change({ q: next }, { replace: true })} />
      {manages && (
        <Btn wide onClick={() => setAdding(true)}>
          {t('add')}
        </Btn>
      )}
      <Loaded
        query={query}
        rows={4}
        empty={(found) => found.items.length === 0}
        whenEmpty={<Empty title={t('none')} help={t('noneHelp')} />}
      >
        {(found) => (
          <List label={t('prospects')}>
            {found.items.map((row) => (
              <ListItem
                key={row.id}
                title={row.name}
                value={<Badge tone={STAGE_TONES[row.stage]}>{label('stages', row.stage)}</Badge>}
                note={[row.company, row.phone, row.territory_name].filter(Boolean).join(' · ')}
                onClick={manages && row.next.length > 0 ? () => setStepping(row) : undefined}
              />
            ))}
          </List>
        )}
      </Loaded>
      <Sheet open={stepping !== undefined} title={t('step')} onClose={() => setStepping(undefined)}>
        {stepping && <Step row={stepping} onDone={() => setStepping(undefined)} />}
      </Sheet>
      <Sheet open={adding} title={t('add')} onClose={() => setAdding(false)}>
        <Add onDone={() => setAdding(false)} />
      </Sheet>
    </>
  );
}

/** Does something once, and shows what the server refused. */
function useDoing(work: () => Promise<string>, onDone: () => void) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const run = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      toast(await work());
      onDone();
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, run };
}

function Step({ row, onDone }: { row: ProspectRow; onDone: () => void }) {
  const t = useT('phoneRecruit');
  const label = useLabel('phoneRecruit');
  const [to, setTo] = useState(row.next[0] ?? '');
  const [note, setNote] = useState('');
  const [outlet, setOutlet] = useState('');
  const { busy, refused, run } = useDoing(async () => {
    await stepProspect(row, to, note, outlet.trim());
    return t('saved');
  }, onDone);
  return (
    <>
      {refused !== undefined && <Trouble error={refused} />}
      <SelectField
        label={t('stage')}
        value={to}
        onChange={setTo}
        options={row.next.map((value) => ({ value, label: label('stages', value) }))}
      />
      {to === 'opened' && <TextField label={t('outlet')} value={outlet} onChange={setOutlet} />}
      <TextBox label={t('note')} value={note} onChange={setNote} rows={2} max={200} />
      <Btn kind="main" wide busy={busy} onClick={() => void run()}>
        {t('save')}
      </Btn>
    </>
  );
}

function Add({ onDone }: { onDone: () => void }) {
  const t = useT('phoneRecruit');
  const [key] = useState(newKey);
  const [typed, setTyped] = useState({ name: '', company: '', phone: '', territory: '' });
  const { busy, refused, run } = useDoing(async () => {
    const made = await answer(
      http.POST('/api/v1/recruiting/prospects', { params: { header: onceHeader(key) }, body: prospectBody(typed) }),
    );
    await queries.invalidateQueries();
    return t(made.fresh ? 'fresh' : 'merged');
  }, onDone);
  return (
    <>
      {refused !== undefined && <Trouble error={refused} />}
      {(['name', 'company', 'phone', 'territory'] as const).map((name) => (
        <TextField key={name} label={t(name)} value={typed[name]} onChange={(next) => setTyped({ ...typed, [name]: next })} />
      ))}
      <Btn kind="main" wide busy={busy} onClick={() => void run()}>
        {t('save')}
      </Btn>
    </>
  );
}
