import type { Schema } from '@/api/client';
import { useT } from '@/i18n';

/** The steps it passed, the one it is at, and those ahead. */
export function Way({ whole }: { whole: Schema<'ApplicationWhole'> }) {
  const t = useT('flows');
  return (
    <ol className="ladder">
      {whole.way.map((step) => {
        const agreed = whole.passed.find((one) => one.step === step.step)?.agreed ?? [];
        return (
          <li
            key={step.step}
            className={step.state === 'passed' ? 'reached' : undefined}
            aria-current={step.state === 'present' ? 'step' : undefined}
          >
            <span>{step.state === 'present' ? <strong>{step.title}</strong> : step.title}</span>
            <span className="small">
              {t(`wayState.${step.state as 'ahead'}`)}
              {agreed.length > 0 && ` · ${agreed.map((one) => one.name).join(t('and'))}`}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
