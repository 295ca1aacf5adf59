import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { useSettled } from '@/shared/flows/useFill';
import { Btn, Card, List, ListItem, Loaded, SelectField, Strip, TextField, Trouble } from '../../kit';
import { added, wantedOf, without, wrongs, type Business, type Item, type Known, type Typed } from './draft';
import { Check, OfferCard } from './parts';
import { clashes, matching, network, type Clash, type Product } from './together';

type Change = (patch: Partial<Typed>) => void;

interface Props {
  typed: Typed;
  business: Business;
  /** Product lines whose pieces have a serial. */
  handsets: readonly string[];
  onType: Change;
  /** Tells whether it can be kept, and why not. */
  foot: (blocked: string | undefined) => ReactNode;
}

/** What the customer wants: number, products or amount, and what it comes to. */
export function WantedStep(props: Props) {
  const { business } = props;
  const asked = { params: { query: { business: business.id } } };
  const query = api.useQuery('get', '/api/v1/orders/products', asked, { enabled: business.lines.length > 0, staleTime: 10 * 60_000 });
  if (business.lines.length === 0) return <Form {...props} products={[]} />;
  return <Loaded query={query}>{(products) => <Form {...props} products={products} />}</Loaded>;
}

function Form({ typed, business, handsets, onType, foot, products }: Props & { products: Product[] }) {
  const t = useT('phoneOrders');
  const of = (code: string) => products.find((one) => one.code === code);
  const known: Known = {
    handset: (code) => handsets.includes(of(code)?.line ?? ''),
    main: (code) => of(code)?.main ?? true,
  };
  const wrong = wrongs(typed, business, known);
  const chosen = typed.items.flatMap((item) => of(item.product) ?? []);
  const found = clashes(chosen, typed.subscriber.trim() !== '' && !business.once);
  const whole = Object.keys(wrong).length === 0 && found.length === 0;
  const now = JSON.stringify(wantedOf(typed, business));
  const body = useSettled(now);
  const quote = useQuery({
    queryKey: ['quote', body],
    queryFn: () => answer(http.POST('/api/v1/orders/quote', { body: JSON.parse(body) as Schema<'OrderWanted'> })),
    placeholderData: keepPreviousData,
    enabled: whole && body === now,
    staleTime: 30_000,
    retry: false,
  });
  // Said once something was typed: an empty form is no mistake.
  const say = (field: keyof typeof wrong, value: string) => (wrong[field] && value.trim() !== '' ? t(`wrong.${field}`) : undefined);
  const first = Object.keys(wrong)[0] as keyof typeof wrong | undefined;
  const blocked = first
    ? t(`wrong.${first}`)
    : found.length > 0
      ? t('products.clash')
      : whole && quote.data?.problem && !quote.isPlaceholderData
        ? t('take.problem')
        : undefined;
  return (
    <>
      {(business.subscriber || business.lines.length > 0) && (
        <TextField
          label={business.subscriber ? t('wanted.subscriber') : t('wanted.subscriberMaybe')}
          help={t('wanted.subscriberHelp')}
          type="tel"
          inputMode="numeric"
          autoComplete="off"
          value={typed.subscriber}
          onChange={(subscriber) => onType({ subscriber })}
          wrong={say('subscriber', typed.subscriber)}
        />
      )}
      {business.card && (
        <TextField
          label={t('wanted.card')}
          help={t('wanted.cardHelp')}
          inputMode="numeric"
          autoComplete="off"
          value={typed.card}
          onChange={(card) => onType({ card })}
          wrong={say('card', typed.card)}
        />
      )}
      {business.lines.length > 0 ? (
        <Products typed={typed} products={products} known={known} onType={onType} clashes={found} network={network(chosen)} />
      ) : (
        <TextField
          label={t('wanted.amount')}
          inputMode="decimal"
          autoComplete="off"
          value={typed.amount}
          onChange={(amount) => onType({ amount })}
          wrong={say('amount', typed.amount)}
        />
      )}
      <More typed={typed} business={business} onType={onType} say={say} handset={typed.items.some((item) => known.handset(item.product))} />
      {whole && quote.error !== null && <Trouble error={quote.error} onRetry={() => void quote.refetch()} />}
      {whole && quote.data && (
        <>
          <OfferCard offer={quote.data.offer} network={quote.data.network} title={t('terms.preview')} />
          {quote.data.problem && <Strip tone="bad">{quote.data.problem.text}</Strip>}
        </>
      )}
      {foot(blocked)}
    </>
  );
}

interface MoreProps {
  typed: Typed;
  business: Business;
  handset: boolean;
  onType: Change;
  say: (field: 'priorFee' | 'term', value: string) => string | undefined;
}

const DECISIONS = ['handset_first', 'operator_first', 'promotion'] as const;

/** What only some business asks. */
function More({ typed, business, handset, onType, say }: MoreProps) {
  const t = useT('phoneOrders');
  const products = business.lines.length > 0;
  return (
    <>
      {(business.fact === 'plan_change' || business.fact === 'renewal') && (
        <TextField
          label={t('wanted.priorFee')}
          inputMode="decimal"
          value={typed.priorFee}
          onChange={(priorFee) => onType({ priorFee })}
          wrong={say('priorFee', typed.priorFee)}
        />
      )}
      {products && business.undo === 'cancellation' && (
        <TextField
          label={t('wanted.term')}
          help={t('wanted.termHelp')}
          inputMode="numeric"
          value={typed.term}
          onChange={(term) => onType({ term })}
          wrong={say('term', typed.term)}
        />
      )}
      {products && (
        <TextField label={t('wanted.customerClass')} value={typed.customerClass} onChange={(customerClass) => onType({ customerClass })} />
      )}
      {handset && (
        <SelectField
          label={t('wanted.decision')}
          value={typed.decision}
          onChange={(decision) => onType({ decision })}
          options={[{ value: '', label: t('wanted.unknown') }, ...DECISIONS.map((value) => ({ value, label: t(`decision.${value}`) }))]}
        />
      )}
      {products && (
        <Check checked={typed.delivery} onChange={(delivery) => onType({ delivery })}>
          {t('wanted.delivery')}
        </Check>
      )}
      <Check checked={typed.invoice} onChange={(invoice) => onType({ invoice })}>
        {t('wanted.invoice')}
      </Check>
    </>
  );
}

interface ProductsProps {
  typed: Typed;
  products: Product[];
  known: Known;
  clashes: Clash[];
  network: string;
  onType: Change;
}

function Products({ typed, products, known, clashes: found, network: shared, onType }: ProductsProps) {
  const t = useT('phoneOrders');
  const [adding, setAdding] = useState(false);
  const first = typed.items[0];
  const missing = first === undefined || !known.main(first.product);
  const put = (at: number, patch: Partial<Item>) =>
    onType({ items: typed.items.map((item, other) => (other === at ? { ...item, ...patch } : item)) });
  const add = (product: string) => {
    setAdding(false);
    onType({ items: added(typed.items, product, known) });
  };
  return (
    <>
      {typed.items.map((item, at) => (
        <Chosen
          key={item.product}
          item={item}
          product={products.find((one) => one.code === item.product)}
          handset={known.handset(item.product)}
          onChange={(patch) => put(at, patch)}
          onRemove={() => onType({ items: without(typed.items, at, known) })}
        />
      ))}
      <div role="status" style={{ display: 'grid', gap: 8 }}>
        {found.map((clash, index) => (
          <Strip key={index} tone="warn">
            {clash.kind === 'needs'
              ? t('products.needs', { product: clash.product.name, lines: clash.lines.join(t('products.or')) })
              : t('products.modes', {
                  first: clash.first.name,
                  firstModes: clash.first.modes.join('/'),
                  second: clash.second.name,
                  secondModes: clash.second.modes.join('/'),
                })}
          </Strip>
        ))}
        {found.length === 0 && shared !== '' && <Strip>{t('products.network', { network: shared })}</Strip>}
      </div>
      {missing || adding ? (
        <Choice
          title={missing ? t('products.choose') : t('products.add')}
          products={products}
          main={missing}
          taken={typed.items.map((item) => item.product)}
          onChoose={add}
        />
      ) : (
        <Btn onClick={() => setAdding(true)}>{t('products.add')}</Btn>
      )}
    </>
  );
}

interface ChosenProps {
  item: Item;
  product: Product | undefined;
  handset: boolean;
  onChange: (patch: Partial<Item>) => void;
  onRemove: () => void;
}

const IMEI = /^[A-Za-z0-9]{14,17}$/;

function Chosen({ item, product, handset, onChange, onRemove }: ChosenProps) {
  const t = useT('phoneOrders');
  const name = product?.name ?? item.product;
  return (
    <Card title={name} extra={<Btn onClick={onRemove}>{t('products.remove')}</Btn>}>
      {product && <span className="m-muted">{describe(product, t('terms.monthly', { amount: yuan(product.plan_fee) }))}</span>}
      {handset ? (
        <TextField
          label={t('products.imei')}
          help={t('products.imeiHelp')}
          autoComplete="off"
          value={item.imei}
          onChange={(imei) => onChange({ imei })}
          wrong={item.imei.trim() !== '' && !IMEI.test(item.imei.trim()) ? t('wrong.imei') : undefined}
        />
      ) : (
        <TextField
          label={t('products.quantity')}
          inputMode="numeric"
          value={item.quantity}
          onChange={(quantity) => onChange({ quantity })}
        />
      )}
    </Card>
  );
}

const describe = (product: Product, monthly: string) =>
  [product.code, product.line, product.modes.join('/'), product.plan_fee > 0 ? monthly : '', product.price > 0 ? yuan(product.price) : '']
    .filter(Boolean)
    .join(' · ');

/** The first few; typing brings others. */
const SHOWN = 6;

interface ChoiceProps {
  title: string;
  products: Product[];
  main: boolean;
  taken: string[];
  onChoose: (product: string) => void;
}

function Choice({ title, products, main, taken, onChoose }: ChoiceProps) {
  const t = useT('phoneOrders');
  const [typed, setTyped] = useState('');
  const found = matching(products, typed, main, taken);
  return (
    <>
      <TextField label={title} type="search" placeholder={t('products.search')} value={typed} onChange={setTyped} />
      {found.length === 0 ? (
        <p className="m-muted">{t('products.none')}</p>
      ) : (
        <List label={title}>
          {found.slice(0, SHOWN).map((product) => (
            <ListItem
              key={product.code}
              title={product.name}
              note={describe(product, t('terms.monthly', { amount: yuan(product.plan_fee) }))}
              onClick={() => onChoose(product.code)}
            />
          ))}
        </List>
      )}
      {found.length > SHOWN && <p className="m-muted">{t('products.more', { count: found.length - SHOWN })}</p>}
    </>
  );
}
