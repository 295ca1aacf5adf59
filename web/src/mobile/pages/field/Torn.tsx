import { useNavigate } from '@tanstack/react-router';
import { useT } from '@/i18n';
import { Btn, Card } from '../../kit';
import { renew, settle } from './draft';
import type { Visiting } from './hooks';
import type { Answer, Fields, Setup } from './records';

/** A field in words: the name of what is asked. */
export function nameOf(setup: Setup, at: string, t: (key: string) => string): string {
  const [kind = '', first = '', second = ''] = at.split('.');
  const template = setup.templates.find((one) => one.id === first);
  const item = template?.sections.flatMap((section) => section.items).find((one) => one.id === second);
  const step = kind === 'step' ? setup.steps.find((one) => one.id === first)?.name : undefined;
  return [t(kind), step ?? template?.name, item?.name].filter(Boolean).join(' · ');
}

/** A value as people read it. */
export function wordsOf(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (typeof value !== 'object') return String(value);
  const answer = (value as { answer?: Answer }).answer;
  if (answer !== undefined) return answer === 'na' ? 'n/a' : wordsOf(Object.values(answer)[0]);
  return Object.values(value as Fields)
    .filter((one) => one !== null && one !== '' && one !== undefined && !(Array.isArray(one) && one.length === 0))
    .map((one) => (typeof one === 'object' ? wordsOf(one) : String(one)))
    .join(' · ');
}

/** What stands in the way of a visit on the server: two values of a field, what was refused, an id that is somebody else's. */
export function Torn({ visiting }: { visiting: Visiting }) {
  const t = useT('phoneField');
  const navigate = useNavigate();
  const { visit, refused, setup } = visiting;
  if (!visit) return null;
  const label = (kind: string) => t(`path.${kind as 'answer'}`);
  return (
    <>
      {visit.refused && (
        <Card title={t('torn.visit')}>
          <p>{visit.refused.text}</p>
          {visit.refused.code === 'field.visit.other' && (
            <Btn kind="main" onClick={() => void renew(visit.owner, visit.id).then(() => navigate({ to: '.' }))}>
              {t('torn.renew')}
            </Btn>
          )}
        </Card>
      )}
      {refused.map((write) => (
        <Card key={write.id} title={t('torn.refused', { what: nameOf(setup, write.path, label as (key: string) => string) })}>
          <p>{write.refused?.text}</p>
          <span className="m-muted">{wordsOf(write.value)}</span>
        </Card>
      ))}
      {visit.conflicts.map((conflict) => (
        <Card key={conflict.path} title={t('torn.two', { what: nameOf(setup, conflict.path, label as (key: string) => string) })}>
          <span className="m-muted">{t('torn.help')}</span>
          {[conflict.value, ...conflict.others.map((other) => other.value)].map((value, at) => (
            <Btn key={at} wide onClick={() => void settle(visit.owner, visit.id, conflict, value)}>
              {wordsOf(value)}
            </Btn>
          ))}
        </Card>
      ))}
    </>
  );
}
