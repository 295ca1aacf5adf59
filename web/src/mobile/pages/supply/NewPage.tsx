import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, http, onceHeader, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { yuan } from '@/shared/format/money';
import { refresh, type Offer } from '@/shared/supply';
import { useUrl } from '@/shared/url';
import { Btn, Card, Empty, Loaded, Page, SelectField, Stepper, Strip, TextField, toast, Trouble } from '../../kit';

type Start = Schema<'SupplyStart'>;
type Pieces = Record<string, number>;

/** Ordering handsets: the last order again with one tap, or pieces by taps; what it costs and what is guaranteed stays in sight. */
export default function NewPage() {
  const t = useT('phoneSupply');
  const [url, change] = useUrl();
  const query = api.useQuery('get', '/api/v1/supply/start', { params: { query: url.outlet ? { outlet: url.outlet } : {} } });
  const start = query.data;
  if (!start)
    return (
      <Page title={t('order')} back="/supply">
        <Loaded query={query} rows={5}>
          {() => null}
        </Loaded>
      </Page>
    );
  return <Form key={start.outlet} start={start} onOutlet={(outlet) => change({ outlet })} />;
}

/** What was chosen, and what it comes to. */
function sums(offers: readonly Offer[], pieces: Pieces) {
  const chosen = offers.filter((offer) => (pieces[offer.id] ?? 0) > 0);
  const sum = (of: (offer: Offer) => number) => chosen.reduce((all, offer) => all + of(offer) * (pieces[offer.id] ?? 0), 0);
  return { chosen, many: sum(() => 1), cost: sum((offer) => offer.supply_price), guaranteed: sum((offer) => offer.least_margin) };
}

function Form({ start, onOutlet }: { start: Start; onOutlet: (outlet: string) => void }) {
  const t = useT('phoneSupply');
  const navigate = useNavigate();
  const [key] = useState(keeper);
  const [pieces, setPieces] = useState<Pieces>({});
  const [wanted, setWanted] = useState(start.wanted_on);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const { chosen, many, cost, guaranteed } = sums(start.offers, pieces);
  const last = Object.fromEntries(start.last_lines.map((line) => [line.offer, line.pieces]));
  const send = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      const lines = chosen.map((offer) => ({ offer: offer.id, pieces: pieces[offer.id]! }));
      const body = { outlet: start.outlet, wanted_on: wanted, lines, note: '' };
      const once = key(body);
      const params = { header: { 'Idempotency-Key': once } };
      const made = await answer(http.POST('/api/v1/supply/orders', { params, headers: onceHeader(once), body }));
      await refresh();
      toast(t('sent'));
      void navigate({ to: `/supply/${made.id}` as never, replace: true });
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const blocked = start.stopped ? t('stoppedShort') : many === 0 ? t('nothing') : undefined;
  return (
    <Page
      title={t('order')}
      back="/supply"
      foot={
        <div style={{ display: 'grid', gap: 6 }}>
          <span aria-live="polite">{t('sum', { many, cost: yuan(cost), guaranteed: yuan(guaranteed) })}</span>
          <Btn kind="main" wide busy={busy} blocked={blocked} onClick={() => void send()}>
            {t('send')}
          </Btn>
        </div>
      }
    >
      {start.stopped && <Strip tone="bad">{start.stopped}</Strip>}
      {refused !== undefined && <Trouble error={refused} />}
      {start.outlets.length > 1 && (
        <SelectField
          label={t('outlet')}
          value={start.outlet}
          onChange={onOutlet}
          options={start.outlets.map((one) => ({ value: one.code, label: `${one.name} ${one.code}` }))}
        />
      )}
      {start.last_lines.length > 0 && (
        <Card title={t('again')}>
          <span className="m-muted">
            {t('againNote', {
              day: start.last_on,
              what: start.last_lines.map((line) => t('line', { name: line.name, pieces: line.pieces })).join('、'),
            })}
          </span>
          <Btn wide onClick={() => setPieces(last)}>
            {t('repeat')}
          </Btn>
        </Card>
      )}
      {start.offers.length === 0 ? (
        <Empty title={t('noOffers')} />
      ) : (
        start.offers.map((offer) => (
          <OfferCard
            key={offer.id}
            offer={offer}
            pieces={pieces[offer.id]}
            onChange={(next) => setPieces({ ...pieces, [offer.id]: next })}
          />
        ))
      )}
      <TextField label={t('wantedOn')} type="date" value={wanted} onChange={setWanted} />
    </Page>
  );
}

/** A handset: what it costs, what it leaves, how many. */
function OfferCard({ offer, pieces, onChange }: { offer: Offer; pieces: number | undefined; onChange: (pieces: number) => void }) {
  const t = useT('phoneSupply');
  return (
    <Card title={offer.name} extra={<span className="m-muted">{offer.supplier}</span>}>
      <div className="m-row">
        <span>{t('price', { price: yuan(offer.supply_price) })}</span>
        <strong>{t('guaranteed', { least: yuan(offer.least_margin) })}</strong>
      </div>
      <span className="m-muted">
        {t('suggested', { price: yuan(offer.suggested_price), margin: yuan(offer.margin) })}
        {' · '}
        {offer.pieces > 0 ? t('inStore', { count: offer.pieces }) : t('notInStore')}
      </span>
      <Stepper label={t('piecesOf', { name: `${offer.name} ${offer.supplier}` })} value={pieces ?? 0} onChange={onChange} />
    </Card>
  );
}
