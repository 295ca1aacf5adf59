import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, http, ifMatch, queries } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePlaces } from '@/shared/flows/found';
import { fenOf, yuan } from '@/shared/format/money';
import { clock, instant } from '@/shared/format/time';
import { act, levelTone, offered, stateTone, type RoadshowStop, type RoadshowWhole, type Verb } from '@/shared/roadshow';
import {
  Badge,
  Btn,
  Card,
  Empty,
  List,
  ListItem,
  Loaded,
  Page,
  SelectField,
  Sheet,
  Stepper,
  Strip,
  TextBox,
  TextField,
  toast,
} from '../../kit';
import { ulid } from '../field/ids';
import { momentNow, whereNow } from './here';

const COUNTS = ['visitors', 'demos', 'leads', 'activations', 'handsets'] as const;
type Counts = Record<(typeof COUNTS)[number], number>;

/** What a page does with the server: busy meanwhile, and what it refused. */
function useDoing() {
  const t = useT('phoneRoadshow');
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState('');
  const doing = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setWrong('');
    try {
      await work();
      await queries.invalidateQueries();
      toast(t('noted'));
      return true;
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, wrong, doing };
}

/** A unit on the phone of whoever is with it: kit, stops with large counters, who is there. */
export default function OnePage() {
  const t = useT('phoneRoadshow');
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/field/roadshows/{id}', { params: { path: { id } } });
  return (
    <Page title={query.data?.unit.title ?? t('title')} back="/roadshows">
      <Loaded query={query} rows={6}>
        {(whole) => <Whole whole={whole} />}
      </Loaded>
    </Page>
  );
}

function Whole({ whole }: { whole: RoadshowWhole }) {
  const t = useT('phoneRoadshow');
  const label = useLabel('phoneRoadshow');
  const { unit } = whole;
  const [verb, setVerb] = useState<Verb>();
  const [stop, setStop] = useState<RoadshowStop>();
  const [beginning, setBeginning] = useState(false);
  const per = unit.totals.cost_per_activation;
  return (
    <>
      <Card title={`${unit.week} – ${unit.last_day}`} extra={<Badge tone={stateTone(unit.state)}>{label('states', unit.state)}</Badge>}>
        <span>{[unit.territory_name, unit.leader_name, unit.vehicle, unit.kit].join(' · ')}</span>
        <span className="m-muted">
          {t('sums', { visitors: unit.totals.visitors, activations: unit.totals.activations, per: per === null ? '—' : yuan(per) })}
        </span>
        {unit.short && !unit.approved && <Strip tone="warn">{t('short')}</Strip>}
      </Card>
      {offered(whole.may).map((one) => (
        <Btn key={one} wide kind={one === 'cancel' ? 'bad' : 'plain'} onClick={() => setVerb(one)}>
          {t(`verbs.${one}`)}
        </Btn>
      ))}
      {whole.may.includes('stop') && (
        <Btn kind="main" wide onClick={() => setBeginning(true)}>
          {t('begin')}
        </Btn>
      )}
      {whole.stops.length === 0 ? (
        <Empty title={t('noStops')} help={t('noStopsHelp')} />
      ) : (
        <List label={t('stops')}>
          {whole.stops.map((one) => (
            <ListItem
              key={one.id}
              title={one.place}
              note={[one.day, one.partner_name].filter(Boolean).join(' · ')}
              value={t('activationsOf', { count: one.activations })}
              onClick={whole.may.includes('stop') ? () => setStop(one) : undefined}
            />
          ))}
        </List>
      )}
      {verb && <ActSheet verb={verb} whole={whole} onClose={() => setVerb(undefined)} />}
      {beginning && <BeginSheet id={unit.id} onClose={() => setBeginning(false)} />}
      {stop && <StopSheet stop={stop} whole={whole} onClose={() => setStop(undefined)} />}
    </>
  );
}

function ActSheet({ verb, whole, onClose }: { verb: Verb; whole: RoadshowWhole; onClose: () => void }) {
  const t = useT('phoneRoadshow');
  const { busy, wrong, doing } = useDoing();
  const parts = whole.kit.filter((part) => !part.booked);
  const [counted, setCounted] = useState<Record<string, number>>(() =>
    Object.fromEntries(parts.map((part) => [part.id, part.have ?? part.needed])),
  );
  const [reason, setReason] = useState('');
  const reasoned = verb === 'approve' || verb === 'cancel';
  return (
    <Sheet open title={t(`verbs.${verb}`)} onClose={onClose}>
      {wrong && <Strip tone="bad">{wrong}</Strip>}
      {verb === 'check' &&
        parts.map((part) => (
          <div key={part.id} className="m-counter">
            <span>{t('partOf', { name: part.name, needed: part.more ? `≥${part.needed}` : String(part.needed) })}</span>
            <Stepper
              label={part.name}
              value={counted[part.id]}
              onChange={(have) => setCounted((before) => ({ ...before, [part.id]: have }))}
            />
          </div>
        ))}
      {reasoned && <TextBox label={t('reason')} rows={3} max={200} value={reason} onChange={setReason} />}
      <Btn
        kind={verb === 'cancel' ? 'bad' : 'main'}
        wide
        busy={busy}
        blocked={reasoned && reason.trim().length < 2 ? t('reasonMissing') : undefined}
        onClick={() => void doing(() => act(verb, whole.unit, { counted, reason: reason.trim() })).then((done) => done && onClose())}
      >
        {t(`verbs.${verb}`)}
      </Btn>
    </Sheet>
  );
}

function BeginSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT('phoneRoadshow');
  const { busy, wrong, doing } = useDoing();
  const [own] = useState(() => ulid());
  const [typed, setTyped] = useState('');
  const [outlet, setOutlet] = useState('');
  const { found } = usePlaces('outlet', typed);
  const begin = async () => {
    const where = outlet ? { outlet } : { place: typed.trim(), position: await whereNow() };
    await answer(http.POST('/api/v1/field/roadshows/{id}/stops', { params: { path: { id } }, body: { id: own, ...where } }));
  };
  return (
    <Sheet open title={t('begin')} onClose={onClose}>
      {wrong && <Strip tone="bad">{wrong}</Strip>}
      <TextField
        label={t('where')}
        help={t('whereHelp')}
        value={typed}
        onChange={(text) => {
          setTyped(text);
          setOutlet('');
        }}
      />
      {typed.trim() !== '' && found.length > 0 && (
        <SelectField
          label={t('outlet')}
          value={outlet}
          options={[{ value: '', label: t('noOutlet') }, ...found.map((one) => ({ value: one.code, label: one.name }))]}
          onChange={setOutlet}
        />
      )}
      <Btn
        kind="main"
        wide
        busy={busy}
        blocked={!outlet && typed.trim().length < 2 ? t('whereMissing') : undefined}
        onClick={() => void doing(begin).then((done) => done && onClose())}
      >
        {t('begin')}
      </Btn>
    </Sheet>
  );
}

/** A stop: counters for a thumb, cost, the agent, and who of the crew is there. */
function StopSheet({ stop, whole, onClose }: { stop: RoadshowStop; whole: RoadshowWhole; onClose: () => void }) {
  const t = useT('phoneRoadshow');
  const label = useLabel('phoneRoadshow');
  const { busy, wrong, doing } = useDoing();
  const [counts, setCounts] = useState<Counts>(() => ({
    visitors: stop.visitors,
    demos: stop.demos,
    leads: stop.leads,
    activations: stop.activations,
    handsets: stop.handsets,
  }));
  const [cost, setCost] = useState((stop.cost / 100).toFixed(2));
  const [partner, setPartner] = useState(stop.partner);
  const [typed, setTyped] = useState('');
  const { found } = usePlaces('partner', typed);
  const fen = fenOf(cost);
  const sold = counts.activations > 0 || counts.handsets > 0;
  const known = [...(partner ? [{ code: partner, name: partner === stop.partner ? stop.partner_name : partner }] : []), ...found];
  const save = () => {
    const params = { path: { id: stop.id }, header: ifMatch(stop.version) };
    const body = { ...counts, cost: fen ?? 0, partner, note: stop.note };
    return answer(http.POST('/api/v1/field/roadshow-stops/{id}', { params, body }));
  };
  const blocked = fen === undefined || fen < 0 ? t('costWrong') : sold && !partner ? t('agentMissing') : undefined;
  return (
    <Sheet open title={stop.place} onClose={onClose}>
      {wrong && <Strip tone="bad">{wrong}</Strip>}
      {COUNTS.map((name) => (
        <div key={name} className="m-counter large">
          <span>{t(`counts.${name}`)}</span>
          <Stepper
            label={t(`counts.${name}`)}
            value={counts[name]}
            onChange={(value) => setCounts((before) => ({ ...before, [name]: value }))}
          />
        </div>
      ))}
      <TextField label={t('cost')} inputMode="decimal" value={cost} onChange={setCost} />
      {stop.outlet ? (
        <p className="m-muted">{t('creditedTo', { name: stop.partner_name })}</p>
      ) : (
        <>
          <TextField label={t('findAgent')} type="search" value={typed} onChange={setTyped} />
          <SelectField
            label={t('agent')}
            value={partner}
            options={[{ value: '', label: t('nobody') }, ...known.map((one) => ({ value: one.code, label: one.name }))]}
            onChange={setPartner}
          />
        </>
      )}
      <Btn kind="main" wide busy={busy} blocked={blocked} onClick={() => void doing(save).then((done) => done && onClose())}>
        {t('save')}
      </Btn>
      <List label={t('crew')}>
        {whole.unit.crew.map((one) => {
          const row = whole.presences.find((seen) => seen.stop === stop.id && seen.person === one.code && seen.left_us === null);
          return (
            <ListItem
              key={one.code}
              title={
                <>
                  {one.name} {row && <Badge tone={levelTone(row.came_level)}>{label('levels', row.came_level)}</Badge>}
                </>
              }
              note={row ? t('sinceAt', { at: clock(instant(row.came_us)) }) : t('notThere')}
              value={row ? t('leave') : t('come')}
              onClick={() => void doing(() => attend(stop.id, one.code, row?.id))}
            />
          );
        })}
      </List>
    </Sheet>
  );
}

/** Somebody of the crew comes to a stop, or leaves it. */
async function attend(stop: string, person: string, there: string | undefined) {
  const position = await whereNow();
  if (there) {
    const params = { path: { id: there } };
    return answer(http.POST('/api/v1/field/attendance/{id}/leave', { params, body: { ...momentNow(), position, note: '' } }));
  }
  return answer(http.POST('/api/v1/field/attendance', { body: { id: ulid(), stop, person, ...momentNow(), position } }));
}
