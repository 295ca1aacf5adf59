import { useState } from 'react';
import { useT } from '@/i18n';
import { count, yuan } from '@/shared/format/money';
import { Badge, Btn, Card, Empty, TextField } from '../../kit';
import { useMark, type Visiting } from './hooks';
import { Codes, PriceInput } from './Items';
import { Camera, Stepper } from './parts';
import { one, path, type Counted, type Priced, type Stop } from './records';
import { matches } from './initials';
import { Shelf } from './Shelf';

/** From how many models on one searches for them. */
const FEW = 8;

/** Assigned models on the shelf (R7.15), stock counted against the book with what was sold (R7.48, R7.50), and prices on the tags (R7.289). */
export function Stock({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const [typed, setTyped] = useState('');
  const { stock, sales, prices } = visiting.stop;
  const open = stock.filter((line) => one(visiting.fields, path.count(line.product)) === undefined);
  const asBook = () => visiting.write(open.map((line) => ({ path: path.count(line.product), value: fresh(line) })));
  const off = stock.flatMap((line) => {
    const known = one<Counted>(visiting.fields, path.count(line.product));
    return known && known.counted !== line.book ? [line] : [];
  });
  const listed = (name: string, code: string) => matches(typed, name, code);
  return (
    <>
      {sales.length > 0 && (
        <Card title={t('stock.sales')}>
          {sales.map((sale) => (
            <div key={sale.kind} className="m-row">
              <span>{sale.name}</span>
              <strong>{count(sale.pieces)}</strong>
            </div>
          ))}
        </Card>
      )}
      {stock.length + prices.length > FEW && <TextField label={t('stock.find')} type="search" value={typed} onChange={setTyped} />}
      <Shelf visiting={visiting} listed={listed} />
      {stock.length === 0 && <Empty title={t('stock.none')} help={t('stock.noneHelp')} />}
      {open.length > 0 && <Btn onClick={() => void asBook()}>{t('stock.asBook', { count: open.length })}</Btn>}
      {off.length > 0 && <p className="m-why">{t('stock.off', { count: off.length })}</p>}
      {stock
        .filter((line) => listed(line.name, line.product))
        .map((line) => (
          <Line key={line.product} line={line} visiting={visiting} />
        ))}
      {prices.length > 0 && <h2>{t('stock.prices')}</h2>}
      {prices
        .filter((price) => listed(price.name, price.product))
        .slice(0, typed ? 50 : FEW)
        .map((price) => (
          <Price key={price.product} price={price} visiting={visiting} />
        ))}
    </>
  );
}

const fresh = (line: Stop['stock'][number]): Counted => ({
  counted: Math.max(0, line.book),
  book: line.book < 0 ? null : line.book,
  serials: [],
  sold: null,
});

function Line({ line, visiting }: { line: Stop['stock'][number]; visiting: Visiting }) {
  const t = useT('phoneField');
  const at = path.count(line.product);
  const known = one<Counted>(visiting.fields, at);
  const write = (patch: Partial<Counted>) => void visiting.write([{ path: at, value: { ...(known ?? fresh(line)), ...patch } }]);
  const difference = known ? known.counted - line.book : 0;
  return (
    <Card
      title={line.name}
      extra={
        known &&
        (difference === 0 ? (
          <Badge tone="good">{t('stock.same')}</Badge>
        ) : (
          <Badge tone="warn">{t('stock.difference', { count: `${difference > 0 ? '+' : ''}${count(difference)}` })}</Badge>
        ))
      }
    >
      <span className="m-muted">
        {line.product} · {t('stock.book', { count: count(line.book) })} · {t('stock.sold', { count: count(line.sold) })}
      </span>
      <Stepper
        label={t('stock.counted', { what: line.name })}
        start={Math.max(0, line.book)}
        value={known?.counted}
        onChange={(counted) => write({ counted })}
      />
      <Codes
        item={{ name: t('stock.serials', { what: line.name }), imei: true }}
        codes={known?.serials ?? []}
        onChange={(serials) => write({ serials, counted: serials.length || (known?.counted ?? 0) })}
      />
      {known && (
        <Stepper label={t('stock.soldReally', { what: line.name })} value={known.sold ?? line.sold} onChange={(sold) => write({ sold })} />
      )}
    </Card>
  );
}

/** The price on a tag, beside the suggested one. */
function Price({ price, visiting }: { price: Stop['prices'][number]; visiting: Visiting }) {
  const t = useT('phoneField');
  const mark = useMark(visiting.stop);
  const at = path.price(price.product);
  const known = one<Priced>(visiting.fields, at);
  const none: Priced = { tag: null, quoted: null, rival: null, photo: null, note: '' };
  const write = (patch: Partial<Priced>) => void visiting.write([{ path: at, value: { ...none, ...known, ...patch } }]);
  return (
    <Card title={price.name} extra={<span className="m-muted">{t('stock.suggested', { price: yuan(price.suggested) })}</span>}>
      <PriceInput label={t('stock.tag', { what: price.name })} value={known?.tag ?? undefined} onChange={(tag) => write({ tag })} />
      <div className="m-tools">
        {known?.tag !== price.suggested && <Btn onClick={() => write({ tag: price.suggested })}>{t('stock.asSuggested')}</Btn>}
        <Camera mark={mark} onShot={(shot) => visiting.write([{ path: at, value: { ...none, ...known, photo: shot.sha256 } }], [shot])}>
          {known?.photo ? t('stock.tagAgain') : t('stock.tagPhoto')}
        </Camera>
      </div>
    </Card>
  );
}
