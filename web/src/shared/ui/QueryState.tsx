import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';

/** A refusal in the block that failed: what happened, what to do, the trace id. */
export function ErrorBox({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT('common');
  const known = error instanceof ApiError ? error : undefined;
  const title = known?.status === 403 ? t('state.forbidden') : known?.status === 404 ? t('state.missing') : t('state.failed');
  const words = known?.message || (known?.status === 404 ? t('state.missingHelp') : known ? '' : t('state.pageBrokenHelp'));
  return (
    <div className="state-box" role="alert">
      <strong>{title}</strong>
      {words && <div>{words}</div>}
      {known?.trace && (
        <div className="trace">
          {t('traceId')} {known.trace}
        </div>
      )}
      {onRetry && known?.status !== 403 && known?.status !== 404 && (
        <Button onClick={onRetry} style={{ marginTop: 12 }}>
          {t('retry')}
        </Button>
      )}
    </div>
  );
}

/** Nothing there: `help` says how the first one comes to be, `action` makes it. */
export function EmptyBox({ title, help, action }: { title?: string; help?: ReactNode; action?: ReactNode }) {
  const t = useT('common');
  return (
    <div className="state-box">
      <strong>{title ?? t('state.empty')}</strong>
      {help && <div>{help}</div>}
      {action && <div style={{ marginTop: 12 }}>{action}</div>}
    </div>
  );
}

interface Answered<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

interface Props<T> {
  query: Answered<T>;
  children: (data: T) => ReactNode;
  /** Lines of the skeleton, in the shape of what comes. */
  rows?: number;
  empty?: (data: T) => boolean;
  whenEmpty?: ReactNode;
}

/** Skeleton, error with retry, empty, or the content. What was read before stays while it is read again. */
export function QueryState<T>({ query, children, rows = 4, empty, whenEmpty }: Props<T>) {
  if (query.data === undefined) {
    if (query.error) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
    return <Skeleton active title={false} paragraph={{ rows }} />;
  }
  if (empty?.(query.data)) return whenEmpty ?? <EmptyBox />;
  return children(query.data);
}
