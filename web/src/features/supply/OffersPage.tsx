import { Button } from 'antd';
import { useState } from 'react';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import type { Offer } from '@/shared/supply';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { OfferForm, TakeIn } from './OfferForms';

/** Offers: suppliers of one product beside each other, what each leaves whoever sells it, and the central store. */
export default function OffersPage() {
  const t = useT('supply');
  const common = useT('common');
  const [url, change] = useUrl();
  const may = usePermission('supply.handle');
  const closed = url.closed === 'true';
  const [doing, setDoing] = useState<{ offer?: Offer; act: 'write' | 'take_in' }>();
  const query = api.useQuery('get', '/api/v1/supply/offers', { params: { query: { closed } } });
  return (
    <>
      <PageHead
        title={t('offers')}
        note={t('offersNote')}
        actions={
          <>
            <Button onClick={() => change({ closed: closed ? undefined : 'true' })}>{closed ? t('openOnly') : t('closedToo')}</Button>
            {may && (
              <Button type="primary" onClick={() => setDoing({ act: 'write' })}>
                {t('newOffer')}
              </Button>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Block title={t('offers')}>
        <QueryState
          query={query}
          rows={6}
          empty={(data) => data.length === 0}
          whenEmpty={<EmptyBox title={t('noOffers')} help={may ? t('noOffersHelp') : undefined} />}
        >
          {(data) => <Offers offers={data} onDo={may ? (offer, act) => setDoing({ offer, act }) : undefined} />}
        </QueryState>
      </Block>
      {doing?.act === 'write' && <OfferForm offer={doing.offer} onClose={() => setDoing(undefined)} />}
      {doing?.act === 'take_in' && doing.offer && <TakeIn offer={doing.offer} onClose={() => setDoing(undefined)} />}
    </>
  );
}

function Offers({ offers, onDo }: { offers: Offer[]; onDo?: (offer: Offer, act: 'write' | 'take_in') => void }) {
  const t = useT('supply');
  return (
    <PlainTable
      label={t('offers')}
      heads={[
        t('product'),
        t('supplier'),
        { num: t('supplyPrice') },
        { num: t('suggestedPrice') },
        { num: t('margin') },
        { num: t('leastMargin') },
        { num: t('inStore') },
        t('state'),
        ...(onDo ? [{ acts: t('todo') }] : []),
      ]}
    >
      <tbody>
        {offers.map((offer) => (
          <tr key={offer.id}>
            <td>{`${offer.name} ${offer.product}`}</td>
            <td>{offer.supplier}</td>
            <td className="num">
              <Money fen={offer.supply_price} />
            </td>
            <td className="num">
              <Money fen={offer.suggested_price} />
            </td>
            <td className="num">
              <Money fen={offer.margin} />
            </td>
            <td className="num">
              <Money fen={offer.least_margin} />
            </td>
            <td className="num">{count(offer.pieces)}</td>
            <td>
              <StatusTag tone={offer.open ? 'good' : 'plain'}>{t(offer.open ? 'offered' : 'closed')}</StatusTag>
            </td>
            {onDo && (
              <td>
                <Button size="small" type="link" onClick={() => onDo(offer, 'write')}>
                  {t('rewrite')}
                </Button>
                <Button size="small" type="link" onClick={() => onDo(offer, 'take_in')}>
                  {t('takeIn')}
                </Button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
