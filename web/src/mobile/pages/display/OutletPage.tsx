import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, http, ifMatch, queries, upload, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { Badge, Btn, Empty, List, ListItem, Loaded, Page, PhotoInput, Sheet, TextBox, toast, Trouble } from '../../kit';

type Shown = Schema<'OutletDisplay'>;

/** Something to be shown done by a photo. */
interface Work {
  title: string;
  /** What the words are, which must be there then; a note where absent. */
  words?: string;
  done: (photo: string, note: string) => Promise<unknown>;
}

const percent = (share: number | null) => (share === null ? '—' : `${Math.round(share / 100)} %`);

/** Display of one outlet on the phone: what to put right, what to take away, what to look at. */
export default function OutletPage() {
  const t = useT('phoneDisplay');
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const query = api.useQuery('get', '/api/v1/display/outlets/{code}', { params: { path: { code } } });
  return (
    <Page title={query.data?.name ?? t('title')} back="/field">
      <Loaded query={query} rows={6}>
        {(shown) => <Outlet shown={shown} />}
      </Loaded>
    </Page>
  );
}

function Outlet({ shown }: { shown: Shown }) {
  const t = useT('phoneDisplay');
  const label = useLabel('phoneDisplay');
  const [work, setWork] = useState<Work>();
  const fix = (row: Shown['corrections'][number]): Work => ({
    title: row.item_name,
    done: (after, note) => {
      const params = { path: { id: row.id }, header: ifMatch(row.version) };
      const body = { act: 'fix', after, note, owner: '', due_on: '' };
      return answer(http.POST('/api/v1/display/corrections/{id}/act', { params, headers: ifMatch(row.version), body }));
    },
  });
  const take = (row: Shown['recalls'][number]): Work => ({
    title: row.place_name,
    done: (photo) => {
      const params = { path: { id: row.recall, asset: row.asset }, header: ifMatch(row.version) };
      return answer(http.POST('/api/v1/display/recalls/{id}/tasks/{asset}', { params, headers: ifMatch(row.version), body: { photo } }));
    },
  });
  const check = (row: Shown['assets'][number]): Work => ({
    title: row.kind_name,
    done: (photo, note) => {
      const params = { path: { id: row.id }, header: ifMatch(row.version) };
      const condition = note.trim() === '' ? 'good' : 'damaged';
      const rest = { maker: '', ready_on: '', cost: 0, consent: '', cleared: false, agreement: '' };
      const body = { act: 'check', photo, condition, note, ...rest };
      return answer(http.POST('/api/v1/display/pop/{id}/act', { params, headers: ifMatch(row.version), body }));
    },
  });
  const hang = (row: Shown['assets'][number]): Work => ({
    title: row.kind_name,
    words: t('consent'),
    done: (photo, consent) => {
      const params = { path: { id: row.id }, header: ifMatch(row.version) };
      const rest = { maker: '', ready_on: '', cost: 0, condition: '', agreement: '', note: '' };
      const body = { act: 'place', photo, consent, cleared: true, ...rest };
      return answer(http.POST('/api/v1/display/pop/{id}/act', { params, headers: ifMatch(row.version), body }));
    },
  });
  const launch = (row: Shown['launches'][number]): Work => ({
    title: `${row.name} · ${row.material_name}`,
    done: (photo) => {
      const body = { outlet: row.outlet, place: row.place, photo };
      return answer(http.POST('/api/v1/display/launches/{id}/placed', { params: { path: { id: row.launch } }, body }));
    },
  });
  const made = shown.assets.filter((row) => row.state === 'in_production');
  const open = shown.corrections.filter((row) => row.state === 'open');
  const hung = shown.assets.filter((row) => row.state === 'placed');
  return (
    <>
      <List label={t('held')}>
        <ListItem title={t('popHeld')} value={percent(shown.pop_held)} />
        <ListItem title={t('displayHeld')} value={percent(shown.display_held)} />
      </List>
      <h2>{t('corrections')}</h2>
      {open.length === 0 ? (
        <Empty title={t('noCorrections')} />
      ) : (
        <List label={t('corrections')}>
          {open.map((row) => (
            <ListItem
              key={row.id}
              title={row.item_name}
              note={t('due', { day: row.due_on })}
              value={<Badge tone={row.late ? 'bad' : 'warn'}>{t(row.late ? 'late' : 'open')}</Badge>}
              onClick={() => setWork(fix(row))}
            />
          ))}
        </List>
      )}
      {shown.launches.length > 0 && (
        <>
          <h2>{t('launches')}</h2>
          <List label={t('launches')}>
            {shown.launches.map((row) => (
              <ListItem
                key={`${row.launch} ${row.place}`}
                title={`${row.material_name} · ${row.place_name}`}
                note={`${row.name} · ${t('due', { day: row.due_on })}`}
                value={row.late ? <Badge tone="bad">{t('late')}</Badge> : undefined}
                onClick={() => setWork(launch(row))}
              />
            ))}
          </List>
        </>
      )}
      {made.length > 0 && (
        <>
          <h2>{t('toHang')}</h2>
          <List label={t('toHang')}>
            {made.map((row) => (
              <ListItem
                key={row.id}
                title={row.kind_name}
                note={`${row.place_name} · ${row.campaign}`}
                onClick={() => setWork(hang(row))}
              />
            ))}
          </List>
        </>
      )}
      {shown.recalls.length > 0 && (
        <>
          <h2>{t('recalls')}</h2>
          <List label={t('recalls')}>
            {shown.recalls.map((row) => (
              <ListItem key={row.asset} title={row.place_name} note={t('due', { day: row.due_on })} onClick={() => setWork(take(row))} />
            ))}
          </List>
        </>
      )}
      <h2>{t('material')}</h2>
      {hung.length === 0 ? (
        <Empty title={t('noMaterial')} />
      ) : (
        <List label={t('material')}>
          {hung.map((row) => (
            <ListItem
              key={row.id}
              title={row.kind_name}
              note={`${row.place_name} · ${row.campaign}`}
              value={<Badge tone={row.condition === 'good' ? 'good' : 'warn'}>{label('conditions', row.condition)}</Badge>}
              onClick={() => setWork(check(row))}
            />
          ))}
        </List>
      )}
      <Sheet open={work !== undefined} title={work?.title ?? ''} onClose={() => setWork(undefined)}>
        {work && <Doing work={work} outlet={shown.outlet} onClose={() => setWork(undefined)} />}
      </Sheet>
    </>
  );
}

function Doing({ work, outlet, onClose }: { work: Work; outlet: string; onClose: () => void }) {
  const t = useT('phoneDisplay');
  const [photos, setPhotos] = useState<Blob[]>([]);
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const unsaid = work.words !== undefined && note.trim() === '';
  const blocked = photos.length === 0 ? t('photoFirst') : unsaid ? t('consentFirst') : undefined;
  const send = async () => {
    if (!photos[0]) return;
    setBusy(true);
    setRefused(undefined);
    try {
      const kept = (await upload('/api/v1/display/photos', photos[0], { 'Content-Type': 'application/octet-stream' })) as {
        sha256: string;
      };
      await work.done(kept.sha256, note);
      await queries.invalidateQueries({
        predicate: ({ queryKey: [, path] }) => String(path).includes('/display/outlets'),
      });
      toast(t('sent', { outlet }));
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
      <PhotoInput label={t('photo')} photos={photos} onChange={setPhotos} most={1} />
      {work.words ? (
        <TextBox label={work.words} help={t('consentHelp')} value={note} onChange={setNote} rows={1} max={40} />
      ) : (
        <TextBox label={t('note')} help={t('noteHelp')} value={note} onChange={setNote} rows={2} max={200} />
      )}
      <Btn kind="main" wide busy={busy} blocked={blocked} onClick={() => void send()}>
        {t('send')}
      </Btn>
    </>
  );
}
