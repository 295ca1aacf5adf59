import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useT } from '@/i18n';
import { percent } from '@/shared/format/money';
import { Delta } from '@/shared/ui/Money';

export interface FunnelStep {
  name: string;
  /** The figure, formatted: `BigCount` or `BigMoney`. */
  value: ReactNode;
  /** Change against the period before, as a share of one. */
  change?: number | null;
  /** Share of the step before. */
  conversion?: number | null;
  /** Said instead of a conversion, as what one order is worth. */
  instead?: string;
  /** The list behind the figure. */
  to?: string;
}

/** Steps from left to right, each a part of the one before. */
export function FlowFunnel({ steps, label }: { steps: FunnelStep[]; label: string }) {
  const t = useT('common');
  return (
    <ol className="funnel" aria-label={label}>
      {steps.map((step) => (
        <li key={step.name}>
          <div className="small">{step.name}</div>
          <div className="figure">{step.to ? <Link to={step.to}>{step.value}</Link> : step.value}</div>
          <div className="small">
            {step.change !== undefined && (
              <>
                {t('chart.change')} <Delta share={step.change} />{' '}
              </>
            )}
            {step.instead ??
              (step.conversion !== undefined && step.conversion !== null && `${t('chart.conversion')} ${percent(step.conversion)}`)}
          </div>
        </li>
      ))}
    </ol>
  );
}
