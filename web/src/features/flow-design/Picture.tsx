// The steps of a flow as a picture: who decides, in which time, and where it goes on.
import { useLabel, useLang, useT } from '@/i18n';
import { wayOf, type Doc, type StepText, type Words } from './labels';

interface Props {
  doc: Doc;
  words: Words | undefined;
  /** Steps a form would go through; all where absent. */
  taken?: readonly string[];
}

/** What a step is called in the language of the page. */
export function useTitles(doc: Doc | null): (step: string) => string {
  const lang = useLang();
  const t = useT('flowDesign');
  return (id) => {
    if (id === 'end') return t('end');
    const step = doc?.step.find((one) => one.id === id);
    return (lang === 'en' ? step?.en : step?.zh) || id;
  };
}

/** Whoever a step asks, in words. */
export function useWho(words: Words | undefined): (step: StepText) => string {
  const t = useT('flowDesign');
  const label = useLabel('flowDesign');
  const role = (id: string) => words?.roles.find((one) => one.id === id)?.title ?? id;
  const one = (rule: StepText['approvers'][number]): string => {
    const [way, named] = wayOf(rule);
    switch (way) {
      case 'role':
        return role(named);
      case 'subject_role':
      case 'superiors':
        return t(`whoOf.${way}`, { who: role(named) });
      case 'person':
      case 'chosen':
        return t(`whoOf.${way}`, { who: named });
      case 'starter':
        return label('ways', 'starter');
    }
  };
  return (step) => step.approvers.map(one).join(step.kind === 'all' ? t('and') : t('or'));
}

export function Picture({ doc, words, taken }: Props) {
  const t = useT('flowDesign');
  const label = useLabel('flowDesign');
  const title = useTitles(doc);
  const who = useWho(words);
  return (
    <ol className="ladder" aria-label={t('picture')}>
      {doc.step.map((step) => (
        <li key={step.id} className={taken?.includes(step.id) ? 'reached' : undefined}>
          <span>
            <strong>{title(step.id)}</strong> {who(step)}
            {step.when && <div className="small">{t('onlyIf', { when: step.when })}</div>}
            {step.branch.map((branch, at) => (
              <div key={at} className="small">
                {t('goesTo', { when: branch.when, to: title(branch.to) })}
              </div>
            ))}
            {step.otherwise && <div className="small">{t('elseTo', { to: title(step.otherwise) })}</div>}
          </span>
          <span className="small">
            {[
              label('kinds', step.kind),
              step.due_days === null ? '' : t('dueDays', { count: step.due_days }),
              step.escalate ? t('escalates') : '',
              step.signature ? t('signature') : '',
              taken && !taken.includes(step.id) ? t('leftOut') : '',
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ol>
  );
}
