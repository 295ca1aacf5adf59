import { useParams } from '@tanstack/react-router';
import { Button, Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, queries } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, fenOf } from '@/shared/format/money';
import { dateTime, instant } from '@/shared/format/time';
import { act, offered, stateTone, type RoadshowStop, type RoadshowWhole, type Verb } from '@/shared/roadshow';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { YuanItem } from '@/shared/ui/YuanItem';
import { Presences, Sums } from './parts';

/** One unit: its kit, stops, who was there, and what each agent is credited with. Printed it is its sheet. */
export default function RoadshowPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/field/roadshows/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} />}
    </QueryState>
  );
}

function Record({ whole }: { whole: RoadshowWhole }) {
  const t = useT('roadshow');
  const label = useLabel('roadshow');
  const common = useT('common');
  const [doing, setDoing] = useState<Verb>();
  const [stop, setStop] = useState<RoadshowStop | 'new'>();
  const { unit } = whole;
  const verbs = offered(whole.may);
  const places = new Map(whole.stops.map((one) => [one.id, one.place]));
  return (
    <>
      <PageHead
        title={unit.title}
        note={
          <>
            <StatusTag tone={stateTone(unit.state)}>{label('states', unit.state)}</StatusTag>{' '}
            {t('span', { from: unit.week, to: unit.last_day })} · {unit.territory_name}
          </>
        }
        actions={
          <>
            {whole.may.includes('stop') && (
              <Button type="primary" onClick={() => setStop('new')}>
                {t('beginStop')}
              </Button>
            )}
            {verbs.map((verb, at) => (
              <Button
                key={verb}
                type={at === 0 && verb !== 'close' ? 'primary' : undefined}
                danger={verb === 'cancel'}
                onClick={() => setDoing(verb)}
              >
                {t(`verbs.${verb}`)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Sums totals={unit.totals} />
      <div className="grid" style={{ marginTop: 12 }}>
        <Block title={t('kitCheck')} width={6}>
          <Kit whole={whole} />
        </Block>
        <Block title={t('crew')} width={6}>
          <ul>
            {unit.crew.map((one) => (
              <li key={one.code}>
                {`${one.name} ${one.code}`} {one.code === unit.leader && <StatusTag tone="info">{t('leader')}</StatusTag>}
              </li>
            ))}
          </ul>
          <p>
            {t('vehicle')} {unit.vehicle} · {t('kit')} {unit.kit}
          </p>
          <p className="muted">{t('madeBy', { name: whole.made_by })}</p>
        </Block>
      </div>
      <div style={{ marginTop: 12 }}>
        <Block title={t('stops')}>
          {whole.stops.length === 0 ? <EmptyBox title={t('noStops')} help={t('noStopsHelp')} /> : <Stops whole={whole} onCount={setStop} />}
        </Block>
      </div>
      {whole.agents.length > 0 && (
        <div style={{ marginTop: 12 }}>
          <Block title={t('agents')}>
            <Agents whole={whole} />
          </Block>
        </div>
      )}
      <div style={{ marginTop: 12 }}>
        <Block title={t('attendance')}>
          {whole.presences.length === 0 ? (
            <p className="muted">{t('nobodyThere')}</p>
          ) : (
            <Presences rows={whole.presences} places={(row) => places.get(row.stop) ?? '—'} />
          )}
        </Block>
      </div>
      {doing && <Act verb={doing} whole={whole} onClose={() => setDoing(undefined)} />}
      {stop === 'new' && <Begin id={unit.id} onClose={() => setStop(undefined)} />}
      {stop !== undefined && stop !== 'new' && <Count stop={stop} onClose={() => setStop(undefined)} />}
    </>
  );
}

function Kit({ whole }: { whole: RoadshowWhole }) {
  const t = useT('roadshow');
  return (
    <>
      <PlainTable label={t('kitCheck')} heads={[t('part'), { num: t('neededCount') }, { num: t('have') }, t('state')]}>
        <tbody>
          {whole.kit.map((part) => (
            <tr key={part.id}>
              <td>{part.name}</td>
              <td className="num">{part.more ? t('orMore', { count: part.needed }) : part.needed}</td>
              <td className="num">{part.have ?? '—'}</td>
              <td>
                {part.short ? (
                  <StatusTag tone="bad">{t('short')}</StatusTag>
                ) : part.have === null ? (
                  t('uncounted')
                ) : (
                  <StatusTag tone="good">{t('whole')}</StatusTag>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
      {whole.checked_us !== null && (
        <p className="muted">{t('checkedBy', { name: whole.checked_by, at: dateTime(instant(whole.checked_us)) })}</p>
      )}
      {whole.approved_by && <p>{t('approvedBy', { name: whole.approved_by, reason: whole.reason })}</p>}
      {whole.unit.state === 'cancelled' && <p>{t('cancelledFor', { reason: whole.reason })}</p>}
    </>
  );
}

function Stops({ whole, onCount }: { whole: RoadshowWhole; onCount: (stop: RoadshowStop) => void }) {
  const t = useT('roadshow');
  const may = whole.may.includes('stop');
  const sums = [t('visitors'), t('demos'), t('leads'), t('activations'), t('handsets'), t('cost'), t('perActivation')];
  const heads = [t('day'), t('place'), t('agent'), ...sums.map((num) => ({ num })), ...(may ? [{ acts: t('action') }] : [])];
  return (
    <PlainTable label={t('stops')} heads={heads}>
      <tbody>
        {whole.stops.map((one) => (
          <tr key={one.id}>
            <td>{one.day}</td>
            <td title={one.note}>{one.place}</td>
            <td>{one.partner_name || '—'}</td>
            <td className="num">{count(one.visitors)}</td>
            <td className="num">{count(one.demos)}</td>
            <td className="num">{count(one.leads)}</td>
            <td className="num">{count(one.activations)}</td>
            <td className="num">{count(one.handsets)}</td>
            <td className="num">
              <Money fen={one.cost} />
            </td>
            <td className="num">{one.cost_per_activation === null ? '—' : <Money fen={one.cost_per_activation} />}</td>
            {may && (
              <td className="no-print">
                <Button size="small" aria-label={`${t('countStop')} ${one.place}`} onClick={() => onCount(one)}>
                  {t('countStop')}
                </Button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Agents({ whole }: { whole: RoadshowWhole }) {
  const t = useT('roadshow');
  const sums = [t('activations'), t('handsets'), t('cost'), t('perActivation')].map((num) => ({ num }));
  return (
    <PlainTable label={t('agents')} heads={[t('agent'), ...sums]}>
      <tbody>
        {whole.agents.map(({ partner, name, totals }) => (
          <tr key={partner}>
            <td>{`${name} ${partner}`}</td>
            <td className="num">{count(totals.activations)}</td>
            <td className="num">{count(totals.handsets)}</td>
            <td className="num">
              <Money fen={totals.cost} />
            </td>
            <td className="num">{totals.cost_per_activation === null ? '—' : <Money fen={totals.cost_per_activation} />}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface Acted {
  counted?: Record<string, number | null>;
  reason?: string;
}

/** One act on a unit: what follows, what is counted or said, the verb. */
function Act({ verb, whole, onClose }: { verb: Verb; whole: RoadshowWhole; onClose: () => void }) {
  const t = useT('roadshow');
  const parts = whole.kit.filter((part) => !part.booked);
  return (
    <ActionDrawer<Acted>
      open
      title={t(`verbs.${verb}`)}
      consequence={t(`consequence.${verb}`)}
      verb={t(`verbs.${verb}`)}
      danger={verb === 'cancel'}
      done={t('done')}
      initial={{ counted: Object.fromEntries(parts.map((part) => [part.id, part.have])) }}
      onClose={onClose}
      onSubmit={({ counted, reason }) => {
        const known = Object.entries(counted ?? {}).map(([id, have]) => [id, have ?? 0] as const);
        return act(verb, whole.unit, { counted: Object.fromEntries(known), reason: reason?.trim() });
      }}
    >
      {verb === 'check' &&
        parts.map((part) => (
          <Form.Item
            key={part.id}
            name={['counted', part.id]}
            label={`${part.name}（${part.more ? t('orMore', { count: part.needed }) : part.needed}）`}
            rules={[{ required: true, message: t('needed') }]}
          >
            <InputNumber min={0} max={100} precision={0} style={{ width: '100%' }} />
          </Form.Item>
        ))}
      {(verb === 'approve' || verb === 'cancel') && (
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
          <Input.TextArea rows={3} maxLength={200} showCount />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}

interface Begun {
  outlet?: string;
  place?: string;
  partner?: string;
}

function Begin({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT('roadshow');
  const [own] = useState(() => crypto.randomUUID());
  const [form] = Form.useForm<Begun>();
  const outlet = Form.useWatch('outlet', form);
  return (
    <ActionDrawer<Begun>
      open
      form={form}
      title={t('beginStop')}
      consequence={t('beginHelp')}
      verb={t('beginStop')}
      done={t('done')}
      onClose={onClose}
      onSubmit={async (said) => {
        await answer(http.POST('/api/v1/field/roadshows/{id}/stops', { params: { path: { id } }, body: { id: own, ...said } }));
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="outlet" label={t('outlet')}>
        <PlacePick kind="outlet" />
      </Form.Item>
      {!outlet && (
        <>
          <Form.Item name="place" label={t('otherPlace')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item name="partner" label={t('agent')}>
            <PlacePick kind="partner" />
          </Form.Item>
        </>
      )}
    </ActionDrawer>
  );
}

const COUNTS = ['visitors', 'demos', 'leads', 'activations', 'handsets'] as const;

type Counted = Record<(typeof COUNTS)[number], number> & { cost: string; partner?: string; note?: string };

function Count({ stop, onClose }: { stop: RoadshowStop; onClose: () => void }) {
  const t = useT('roadshow');
  return (
    <ActionDrawer<Counted>
      open
      title={t('countStop')}
      consequence={stop.place}
      verb={t('save')}
      done={t('done')}
      initial={{ ...stop, cost: (stop.cost / 100).toFixed(2), partner: stop.partner || undefined }}
      onClose={onClose}
      onSubmit={async ({ cost, partner = '', note = '', ...counts }) => {
        const params = { path: { id: stop.id }, header: ifMatch(stop.version) };
        const body = { ...counts, cost: fenOf(cost) ?? 0, partner: partner || stop.partner, note };
        await answer(http.POST('/api/v1/field/roadshow-stops/{id}', { params, body }));
        await queries.invalidateQueries();
      }}
    >
      {COUNTS.map((name) => (
        <Form.Item key={name} name={name} label={t(name)} rules={[{ required: true, message: t('needed') }]}>
          <InputNumber min={0} max={1_000_000} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      ))}
      <YuanItem name="cost" label={t('costYuan')} optional />
      {!stop.outlet && (
        <Form.Item name="partner" label={t('agent')} extra={t('agentHelp')}>
          <PlacePick kind="partner" />
        </Form.Item>
      )}
      <Form.Item name="note" label={t('note')}>
        <Input.TextArea rows={2} maxLength={300} />
      </Form.Item>
    </ActionDrawer>
  );
}
