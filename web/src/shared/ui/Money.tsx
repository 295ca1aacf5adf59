import { useLang, useT } from '@/i18n';
import { count, money, percent, short, shortYuan, yuan } from '@/shared/format/money';

/** An exact amount for a table cell; the unit stands in the head. */
export function Money({ fen, unit = false }: { fen: number | null | undefined; unit?: boolean }) {
  if (fen === null || fen === undefined) return <span className="num">—</span>;
  return <span className={fen < 0 ? 'num negative' : 'num'}>{unit ? yuan(fen) : money(fen)}</span>;
}

/** A large amount in 万/亿, the exact one on hover. */
export function BigMoney({ fen }: { fen: number }) {
  return <span title={yuan(fen)}>{shortYuan(fen, useLang())}</span>;
}

/** A large count in 万/亿, the exact one on hover. */
export function BigCount({ value }: { value: number }) {
  return <span title={count(value)}>{short(value, useLang())}</span>;
}

/** Change as a share of one. Rises are red with ▲, falls green with ▼. */
export function Delta({ share, label }: { share: number | null | undefined; label?: string }) {
  const t = useT('common');
  const name = label ?? t('chart.change');
  if (share === null || share === undefined) return <span className="delta muted">—</span>;
  const tone = share > 0 ? 'rise' : share < 0 ? 'fall' : 'muted';
  const mark = share > 0 ? '▲ +' : share < 0 ? '▼ ' : '';
  return (
    <span className={`delta ${tone}`} title={name}>
      {mark}
      {percent(share)}
    </span>
  );
}
