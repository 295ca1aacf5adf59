import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useT } from '@/i18n';
import { refresh } from '@/shared/flows/acts';
import { placesOf } from '@/shared/flows/found';
import { fill as filledFrom, given, ownFields, type Flow } from '@/shared/flows/form';
import { useFill } from '@/shared/flows/useFill';
import { useKeep, type Kept } from '@/shared/flows/useKeep';
import { useUrl } from '@/shared/url';
import { Btn, Card, Page, SelectField, Sheet, Strip, toast, Trouble } from '../../kit';
import { Changed } from './Changed';
import { Fields } from './Fields';

const NO_NAMES = {};

/** A form being filled in: kept as a draft, sent on its way. */
export function Fill({ flow, back, kept }: { flow: Flow; back: string; kept?: Kept }) {
  const t = useT('flows');
  const navigate = useNavigate();
  const fields = ownFields(flow);
  const names = kept?.names ?? NO_NAMES;
  const [url] = useUrl();
  const start = filledFrom(fields, kept?.form ?? {}, kept?.files);
  const fill = useFill({
    flow: flow.id,
    fields,
    start: kept ? start : { ...start, ...given(fields, url) },
    application: kept?.id,
  });
  const [post, setPost] = useState(flow.posts[0]?.grant ?? '');
  const keeping = useKeep({ flow, fields, fill, kept, post: post || undefined });
  const { head, busy, refused, changes, open } = keeping;
  const leaving = useRef(false);
  const [left, setLeft] = useState(false);
  // What would be typed now would be lost with the page.
  const still = busy !== undefined || left;
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: () => !leaving.current && keeping.dirty(),
    enableBeforeUnload: () => !leaving.current && keeping.dirty(),
    withResolver: true,
  });
  const done = async (id: string | undefined, words: 'savedAs' | 'submitted') => {
    if (!id) return;
    toast(t(words, { id }));
    leaving.current = true;
    setLeft(true);
    await navigate({ to: `/applications/${id}` as never, replace: true });
    await refresh();
  };
  const steps = (fill.look?.way ?? []).flatMap((id) => flow.steps.filter((step) => step.id === id));
  return (
    <Page
      title={flow.title}
      back={back}
      foot={
        <>
          <Btn busy={still || fill.slip !== undefined} onClick={() => void keeping.save().then((id) => done(id, 'savedAs'))}>
            {t('saveDraft')}
          </Btn>
          <Btn kind="main" busy={still} onClick={() => void keeping.submit().then((id) => done(id, 'submitted'))}>
            {t('verbs.submit')}
          </Btn>
        </>
      }
    >
      {flow.about && <p className="m-muted">{flow.about}</p>}
      {refused !== undefined && <Trouble error={refused} />}
      <Changed changes={changes} />
      {open.length > 0 && <Strip tone="bad">{t('toMend', { count: open.length })}</Strip>}
      {fill.look?.barred && <Strip tone="bad">{t('barred', { why: fill.look.barred })}</Strip>}
      <fieldset disabled={still} style={{ display: 'contents' }}>
        {!kept && flow.posts.length > 1 && !head && (
          <SelectField
            label={t('asPost')}
            value={post}
            onChange={setPost}
            options={flow.posts.map((one) => ({ value: one.grant, label: [one.title, one.over_name].filter(Boolean).join(' · ') }))}
          />
        )}
        <Fields fields={fields} fill={fill} names={names} own={placesOf(flow)} />
      </fieldset>
      {steps.length > 0 && (
        <Card title={t('wayAhead')}>
          <ol className="m-steps">
            {steps.map((step) => (
              <li key={step.id}>{step.title}</li>
            ))}
          </ol>
          {flow.effect && <p className="m-muted">{t('effectAuto')}</p>}
        </Card>
      )}
      <Sheet open={status === 'blocked'} title={t('leave')} onClose={() => reset?.()}>
        <p>{t('leaveHelp')}</p>
        <Btn kind="main" onClick={() => reset?.()}>
          {t('stay')}
        </Btn>
        <Btn kind="bad" onClick={() => proceed?.()}>
          {t('leaveVerb')}
        </Btn>
      </Sheet>
    </Page>
  );
}
