import { useEffect, type ReactNode } from 'react';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';

interface Props {
  title: string;
  /** What the page's figures are as of; an instant. */
  asOf?: string | null;
  /** Older than promised. */
  late?: boolean;
  note?: ReactNode;
  /** At the right; at most two buttons and a menu. */
  actions?: ReactNode;
}

/** Title of a page (its only `h1`), freshness, actions. */
export function PageHead({ title, asOf, late, note, actions }: Props) {
  const t = useT('common');
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  return (
    <header className="page-head">
      <h1>{title}</h1>
      {asOf && <span className={late ? 'note late' : 'note'}>{t('asOf', { at: dateTime(asOf) })}</span>}
      {note && <span className="note">{note}</span>}
      {actions && <div className="actions">{actions}</div>}
    </header>
  );
}
