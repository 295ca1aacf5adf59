import { Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { answer, api, http, onceHeader } from '@/api/client';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { yuan } from '@/shared/format/money';
import { refresh, type Offer } from '@/shared/supply';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlacePick } from '@/shared/ui/PlacePick';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';

interface Values {
  outlet?: string;
  wanted_on?: string;
  note?: string;
}

/** Orders handsets for an outlet, at the prices of now. */
export function PlaceOrder({ onClose }: { onClose: () => void }) {
  const t = useT('supply');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Values>();
  const outlet = Form.useWatch('outlet', form);
  const [pieces, setPieces] = useState<Record<string, number>>({});
  const start = api.useQuery('get', '/api/v1/supply/start', { params: { query: outlet ? { outlet } : {} } });
  const chosen = (start.data?.offers ?? []).filter((offer) => (pieces[offer.id] ?? 0) > 0);
  const sum = chosen.reduce((all, offer) => all + offer.supply_price * (pieces[offer.id] ?? 0), 0);
  const guaranteed = chosen.reduce((all, offer) => all + offer.least_margin * (pieces[offer.id] ?? 0), 0);
  const submit = async (values: Values) => {
    const lines = chosen.map((offer) => ({ offer: offer.id, pieces: pieces[offer.id]! }));
    const body = {
      outlet: values.outlet ?? start.data?.outlet ?? '',
      wanted_on: values.wanted_on || (start.data?.wanted_on ?? ''),
      lines,
      note: values.note ?? '',
    };
    const once = key(body);
    await answer(http.POST('/api/v1/supply/orders', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }));
    await refresh();
  };
  const blocked = start.data?.stopped || (chosen.length === 0 ? t('nothingChosen') : undefined);
  return (
    <ActionDrawer<Values>
      open
      width={640}
      form={form}
      title={t('place')}
      consequence={t('placeConsequence', { sum: yuan(sum), guaranteed: yuan(guaranteed) })}
      verb={t('place')}
      blocked={blocked}
      done={t('placed')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="outlet" label={t('outlet')} extra={t('outletHelp')}>
        <PlacePick kind="outlet" />
      </Form.Item>
      <Form.Item name="wanted_on" label={t('wantedOn')} extra={t('wantedHelp', { day: start.data?.wanted_on ?? '' })}>
        <Input type="date" />
      </Form.Item>
      <QueryState query={start} rows={4}>
        {(data) => (
          <>
            {data.last_lines.length > 0 && (
              <p>
                <button
                  type="button"
                  className="link"
                  onClick={() => setPieces(Object.fromEntries(data.last_lines.map((line) => [line.offer, line.pieces])))}
                >
                  {t('repeat', { order: data.last, day: data.last_on })}
                </button>
              </p>
            )}
            <Choose offers={data.offers} pieces={pieces} onChange={(id, many) => setPieces({ ...pieces, [id]: many })} />
          </>
        )}
      </QueryState>
      <Form.Item name="note" label={t('note')}>
        <Input maxLength={100} />
      </Form.Item>
    </ActionDrawer>
  );
}

interface ChooseProps {
  offers: Offer[];
  pieces: Record<string, number>;
  onChange: (id: string, many: number) => void;
}

function Choose({ offers, pieces, onChange }: ChooseProps) {
  const t = useT('supply');
  return (
    <PlainTable label={t('offers')} heads={[t('product'), { num: t('supplyPrice') }, { num: t('margin') }, t('pieces')]}>
      <tbody>
        {offers.map((offer) => (
          <tr key={offer.id}>
            <td>
              {offer.name}
              <br />
              <span className="muted">{t('from', { supplier: offer.supplier, pieces: offer.pieces })}</span>
            </td>
            <td className="num">{yuan(offer.supply_price)}</td>
            <td className="num">{t('marginOf', { margin: yuan(offer.margin), least: yuan(offer.least_margin) })}</td>
            <td>
              <InputNumber
                aria-label={t('piecesOf', { name: `${offer.name} ${offer.supplier}` })}
                min={0}
                max={500}
                precision={0}
                value={pieces[offer.id] ?? 0}
                onChange={(many) => onChange(offer.id, many ?? 0)}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
