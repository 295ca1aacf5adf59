import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import type { Whole } from '@/shared/orders/acts';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';

/** Products as they were on the day. */
export function Items({ whole }: { whole: Whole }) {
  const t = useT('orders');
  return (
    <PlainTable
      label={t('items')}
      heads={[t('product'), t('line'), t('business'), t('imei'), { num: t('quantity') }, { num: t('planFee') }, { num: t('amount') }]}
    >
      <tbody>
        {whole.items.map((item, index) => (
          <tr key={index}>
            <th scope="row">{`${item.name} ${item.product}`}</th>
            <td>{item.line}</td>
            <td>{item.business_title}</td>
            <td>{item.imei || '—'}</td>
            <td className="num">{item.quantity}</td>
            <td className="num">
              <Money fen={item.plan_fee} />
            </td>
            <td className="num">
              <Money fen={item.amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** What the customer was shown, and when they confirmed it. */
export function OfferTable({ whole }: { whole: Whole }) {
  const t = useT('orders');
  const { offer, confirmed } = whole;
  return (
    <>
      <PlainTable label={t('offer')} heads={[t('fee'), { num: t('feeMonthly') }, { num: t('feeNow') }]}>
        <tbody>
          {offer.fees.map((fee, index) => (
            <tr key={index}>
              <th scope="row">{fee.title}</th>
              <td className="num">
                <Money fen={fee.monthly} />
              </td>
              <td className="num">
                <Money fen={fee.amount} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {t('total')}
            </th>
            <td className="num">{yuan(offer.total)}</td>
          </tr>
        </tfoot>
      </PlainTable>
      {offer.terms.length > 0 && (
        <ol style={{ paddingInlineStart: 20 }}>
          {offer.terms.map((term, index) => (
            <li key={index}>{term}</li>
          ))}
        </ol>
      )}
      <p className="muted" style={{ margin: 0 }}>
        {confirmed ? t('confirmed', { at: dateTime(confirmed.at), hash: confirmed.sha256.slice(0, 12) }) : t('unconfirmed')}
      </p>
    </>
  );
}

/** What happened to it. */
export function HistoryTable({ whole }: { whole: Whole }) {
  const t = useT('orders');
  const label = useLabel('orders');
  return (
    <PlainTable label={t('history')} className="history" heads={[t('at'), t('act'), t('stateAfter'), t('who'), t('note')]}>
      <tbody>
        {whole.history.map((line) => (
          <tr key={line.seq}>
            <td>{dateTime(line.at)}</td>
            <td>{label('acts', line.act)}</td>
            <td>{label('states', line.state)}</td>
            <td>{line.who}</td>
            <td className="said">{line.note}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
