import { useT } from '@/i18n';
import type { Flow } from '@/shared/flows/form';
import { Block } from '@/shared/ui/Block';

/** The steps a form would go through as it is filled in now. */
export function WayAhead({ flow, way }: { flow: Flow; way: string[] | undefined }) {
  const t = useT('flows');
  const steps = (way ?? []).flatMap((id) => flow.steps.filter((step) => step.id === id));
  return (
    <Block title={t('wayAhead')} width={4}>
      <ol className="ladder" aria-live="polite">
        {steps.map((step) => (
          <li key={step.id}>
            <span>{step.title}</span>
            <span className="small">
              {[
                t(`kinds.${step.kind as 'approve'}`),
                step.due_days === null ? '' : t('dueDays', { count: step.due_days }),
                step.signature ? t('bySignature') : '',
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ol>
      {flow.effect && <p className="small">{t('effectAuto')}</p>}
      <p className="muted small">{t('wayHelp')}</p>
    </Block>
  );
}
