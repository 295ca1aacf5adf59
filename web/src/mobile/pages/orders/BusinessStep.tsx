import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count, yuan } from '@/shared/format/money';
import { Badge, Card, List, ListItem, Loaded, Progress, Strip } from '../../kit';
import { left, type Left } from './limits';

type Definitions = Schema<'AcceptanceDefinitions'>;
type Seller = Schema<'SellerView'>;

interface Props {
  definitions: Definitions;
  seller: Seller;
  chosen: string;
  onChoose: (business: string) => void;
}

/** What one may take today, and choosing what it is to be. */
export function BusinessStep({ definitions, seller, chosen, onChoose }: Props) {
  const t = useT('phoneOrders');
  const allowed = definitions.business.filter((one) => seller.business.includes(one.id));
  const others = definitions.business.filter((one) => !seller.business.includes(one.id));
  return (
    <>
      <Card title={seller.level_title || t('seller.noLevel')} extra={seller.suspended && <Badge tone="bad">{t('seller.suspended')}</Badge>}>
        {seller.clerk && (
          <span className="m-muted">{[`${seller.clerk_name} ${seller.clerk}`, seller.outlet_name, seller.partner_name].join(' · ')}</span>
        )}
        {!seller.problem && seller.level && <Limits seller={seller} definitions={definitions} />}
      </Card>
      {seller.problem ? (
        <Strip tone="bad">{seller.problem.text}</Strip>
      ) : (
        <List label={t('business.title')}>
          {allowed.map((one) => (
            <ListItem
              key={one.id}
              title={one.title}
              note={[one.identity && t('business.identity'), one.slip && t('business.slip')].filter(Boolean).join(' · ')}
              value={one.id === chosen ? t('business.chosen') : '›'}
              onClick={() => onChoose(one.id)}
            />
          ))}
        </List>
      )}
      {!seller.problem && allowed.length === 0 && <Strip tone="warn">{t('business.none')}</Strip>}
      {others.length > 0 && seller.clerk && (
        <details className="m-card">
          <summary style={{ minHeight: 44, alignContent: 'center' }}>{t('business.others', { count: others.length })}</summary>
          <p className="m-muted">{t('business.othersHelp')}</p>
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>
            {others.map((one) => (
              <li key={one.id}>{one.title}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Limits({ seller, definitions }: { seller: Seller; definitions: Definitions }) {
  const t = useT('phoneOrders');
  // The house's day, which a demo's is not the device's.
  const day = api.useQuery('get', '/api/v1/my/today', { params: { query: { limit: 1 } } }).data?.day ?? '';
  const asked = { params: { query: { clerk: seller.clerk, from: day, to: day } } };
  const counts = api.useQuery('get', '/api/v1/orders/counts', asked, { enabled: day !== '' });
  const level = definitions.levels.find((one) => one.id === seller.level);
  return (
    <Loaded query={counts} rows={1}>
      {(data) => <LimitLines of={left(level, data)} note={t('limits.note')} />}
    </Loaded>
  );
}

function LimitLines({ of, note }: { of: Left; note: string }) {
  const t = useT('phoneOrders');
  return (
    <>
      {of.perOrder !== null && <span>{t('limits.perOrder', { amount: yuan(of.perOrder) })}</span>}
      {of.orders && (
        <>
          <span>{t('limits.orders', { left: count(of.orders.left), used: count(of.orders.used), limit: count(of.orders.limit) })}</span>
          <Progress share={of.orders.used / of.orders.limit} label={t('limits.ordersLabel')} />
        </>
      )}
      {of.amount && (
        <>
          <span>{t('limits.amount', { left: yuan(of.amount.left), used: yuan(of.amount.used), limit: yuan(of.amount.limit) })}</span>
          <Progress share={of.amount.used / of.amount.limit} label={t('limits.amountLabel')} />
        </>
      )}
      <span className="m-muted">{note}</span>
    </>
  );
}
