import { App, Button, Form, Input, InputNumber, Radio, Select } from 'antd';
import { useState } from 'react';
import { answer, api, http, newKey, onceHeader, queries } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { prospectBody } from '@/shared/recruit';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import type { Whole } from './EventPage';
import { ProspectFields, type ProspectValues } from './ProspectFields';

type Doing = 'card' | 'prize' | 'incident' | { give: number };

/** On the floor: check-in, cards, prizes, incidents. */
export function Floor({ whole }: { whole: Whole }) {
  const t = useT('recruit');
  const manages = usePermission('recruit.manage');
  const [doing, setDoing] = useState<Doing>();
  const { event, prizes, incidents } = whole;
  const runs = manages && (event.state === 'preparing' || event.state === 'held');
  const close = () => setDoing(undefined);
  const button = (act: Doing, words: string) => runs && <Button onClick={() => setDoing(act)}>{words}</Button>;
  return (
    <div className="grid">
      <div className="w8">
        {runs && <CheckIn event={event.id} />}
        <Block title={t('cards')} extra={button('card', t('addCard'))}>
          <Cards event={event.id} />
        </Block>
      </div>
      <div className="w4">
        <Block title={t('prizes')} extra={button('prize', t('addPrize'))}>
          {prizes.length === 0 && <span className="muted">{t('prizeNone')}</span>}
          <ul className="plain-list" style={{ display: 'grid', gap: 12 }}>
            {prizes.map((prize) => (
              <li key={prize.seq}>
                {prize.name} <span className="muted">{t('issued', { issued: prize.issued, purchased: prize.purchased })}</span>{' '}
                {runs && prize.issued < prize.purchased && (
                  <Button size="small" aria-label={`${t('give')} ${prize.name}`} onClick={() => setDoing({ give: prize.seq })}>
                    {t('give')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Block>
        <Block title={t('incidents')} extra={button('incident', t('addIncident'))}>
          {incidents.length === 0 && <span className="muted">{t('incidentNone')}</span>}
          <ul className="plain-list">
            {incidents.map((one) => (
              <li key={one.seq}>
                {one.what} <span className="muted">{`${one.who} ${dateTime(one.at)}`}</span>
              </li>
            ))}
          </ul>
        </Block>
      </div>
      {doing === 'card' && <AddCard event={event} onClose={close} />}
      {doing === 'prize' && <AddPrize event={event.id} onClose={close} />}
      {doing === 'incident' && <AddIncident event={event.id} onClose={close} />}
      {typeof doing === 'object' && <Give event={event.id} prize={doing.give} onClose={close} />}
    </div>
  );
}

function CheckIn({ event }: { event: string }) {
  const t = useT('recruit');
  const common = useT('common');
  const { message } = App.useApp();
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    try {
      const guest = await answer(http.POST('/api/v1/recruiting/events/{id}/check-in', { params: { path: { id: event } }, body: { code } }));
      void message.success(t('checkedIn', { name: guest.name }));
      setCode('');
      await queries.invalidateQueries();
    } catch (error) {
      void message.error(error instanceof ApiError ? error.message : common('state.failed'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Block title={t('checkIn')}>
      <Input.Search
        aria-label={t('code')}
        placeholder={t('checkInHelp')}
        value={code}
        loading={busy}
        enterButton={t('checkIn')}
        onChange={(typed) => setCode(typed.target.value)}
        onSearch={() => code.trim() && void submit()}
        style={{ maxWidth: 360 }}
      />
    </Block>
  );
}

function Cards({ event }: { event: string }) {
  const t = useT('recruit');
  const label = useLabel('recruit');
  const query = api.useQuery('get', '/api/v1/recruiting/events/{id}/cards', { params: { path: { id: event } } });
  return (
    <QueryState query={query} rows={3} empty={(rows) => rows.length === 0} whenEmpty={<span className="muted">{t('cardNone')}</span>}>
      {(rows) => (
        <PlainTable label={t('cards')}>
          <tbody>
            {rows.map((card) => (
              <tr key={card.seq}>
                <th scope="row">{label('kinds', card.kind)}</th>
                <td>{card.prospect}</td>
                <td>
                  <StatusTag tone={card.fresh ? 'good' : 'info'}>{t(card.fresh ? 'fresh' : 'merged')}</StatusTag>
                </td>
                <td>{card.answers}</td>
                <td className="muted">{dateTime(card.at)}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </QueryState>
  );
}

const useGuests = (event: string) =>
  api.useQuery('get', '/api/v1/recruiting/events/{id}/guests', { params: { path: { id: event } } }).data ?? [];

function AddCard({ event, onClose }: { event: Whole['event']; onClose: () => void }) {
  const t = useT('recruit');
  const [key] = useState(newKey);
  const guests = useGuests(event.id);
  type Values = ProspectValues & { kind: string; guest?: string; answers?: string };
  return (
    <ActionDrawer<Values>
      open
      title={t('addCard')}
      consequence={t('cardHelp')}
      verb={t('save')}
      done={t('cardDone')}
      width={520}
      initial={{ kind: 'card', territory: event.territory }}
      onClose={onClose}
      onSubmit={async ({ kind, guest, answers, ...prospect }) => {
        await http.POST('/api/v1/recruiting/events/{id}/cards', {
          params: { path: { id: event.id }, header: onceHeader(key) },
          body: { kind, guest: guest ?? '', answers: answers ?? '', prospect: prospectBody(prospect) },
        });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="kind" label={t('cardKind')}>
        <Radio.Group options={(['card', 'questionnaire'] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="guest" label={t('guest')}>
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={guests.map((one) => ({ value: one.id, label: one.name }))} />
      </Form.Item>
      <ProspectFields />
      <Form.Item name="answers" label={t('questionnaire')}>
        <Input.TextArea rows={3} maxLength={2000} />
      </Form.Item>
    </ActionDrawer>
  );
}

function AddPrize({ event, onClose }: { event: string; onClose: () => void }) {
  const t = useT('recruit');
  const [key] = useState(newKey);
  return (
    <ActionDrawer<{ name: string; purchased: number }>
      open
      title={t('addPrize')}
      verb={t('save')}
      done={t('saved')}
      onClose={onClose}
      onSubmit={async (body) => {
        await http.POST('/api/v1/recruiting/events/{id}/prizes', { params: { path: { id: event }, header: onceHeader(key) }, body });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="name" label={t('prizeName')} rules={[{ required: true, whitespace: true, message: t('needed') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="purchased" label={t('purchased')} rules={[{ required: true, message: t('needed') }]}>
        <InputNumber min={1} precision={0} style={{ width: '100%' }} />
      </Form.Item>
    </ActionDrawer>
  );
}

function Give({ event, prize, onClose }: { event: string; prize: number; onClose: () => void }) {
  const t = useT('recruit');
  const came = useGuests(event).filter((guest) => guest.checked_at !== null);
  return (
    <ActionDrawer<{ guest: string }>
      open
      title={t('give')}
      verb={t('give')}
      done={t('given')}
      onClose={onClose}
      onSubmit={async (body) => {
        await http.POST('/api/v1/recruiting/events/{id}/prizes/{seq}/given', { params: { path: { id: event, seq: prize } }, body });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="guest" label={t('guest')} rules={[{ required: true, message: t('needed') }]}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={came.map((one) => ({ value: one.id, label: one.name }))} />
      </Form.Item>
    </ActionDrawer>
  );
}

function AddIncident({ event, onClose }: { event: string; onClose: () => void }) {
  const t = useT('recruit');
  return (
    <ActionDrawer<{ what: string }>
      open
      title={t('addIncident')}
      verb={t('save')}
      done={t('saved')}
      onClose={onClose}
      onSubmit={async (body) => {
        await http.POST('/api/v1/recruiting/events/{id}/incidents', { params: { path: { id: event } }, body });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="what" label={t('what')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
    </ActionDrawer>
  );
}
