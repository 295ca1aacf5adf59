import { useBlocker, useNavigate } from '@tanstack/react-router';
import { Alert, App, Button, Modal, Select, Space } from 'antd';
import { useId, useRef, useState } from 'react';
import { answer, http } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { act, begin, keeper, refresh } from '@/shared/flows/acts';
import { placesOf } from '@/shared/flows/found';
import { fill as filledFrom, ownFields, words, type FileRef, type Flow, type Form as Content, type Wrong } from '@/shared/flows/form';
import { useFill } from '@/shared/flows/useFill';
import { FieldsDiff, type FieldChange } from '@/shared/ui/DiffView';
import { Refused } from '@/shared/ui/Drawers';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { Fields } from './Fields';
import { WayAhead } from './WayAhead';

interface Props {
  flow: Flow;
  title: string;
  /** What was kept before; absent for a new one. */
  kept?: { id: string; version: number; form: Content; files: FileRef[]; names: Record<string, string> };
}

const NO_NAMES = {};

/** A form being filled in: kept as a draft, sent on its way. */
export function Fill({ flow, title, kept }: Props) {
  const t = useT('flows');
  const common = useT('common');
  const { message } = App.useApp();
  const navigate = useNavigate();
  const fields = ownFields(flow);
  const names = kept?.names ?? NO_NAMES;
  const fill = useFill({ flow: flow.id, fields, start: filledFrom(fields, kept?.form ?? {}, kept?.files) });
  const [post, setPost] = useState(flow.posts[0]?.grant);
  const postId = useId();
  const [head, setHead] = useState(kept && { id: kept.id, version: kept.version });
  const [busy, setBusy] = useState<'save' | 'submit'>();
  const [refused, setRefused] = useState<unknown>();
  const [changes, setChanges] = useState<FieldChange[]>([]);
  const [open, setOpen] = useState<Wrong[]>([]);
  const [key] = useState(keeper);
  const now = JSON.stringify(fill.form());
  const before = useRef(now);
  const leaving = useRef(false);
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: () => !leaving.current && before.current !== now,
    enableBeforeUnload: () => !leaving.current && before.current !== now,
    withResolver: true,
  });

  /** Keeps what is filled in; the number and version it is kept under. */
  const keep = async (form: Content) => {
    const done = head
      ? await act('save', { ...head, key: key(['save', head.version, form]) }, { edits: form })
      : await begin(flow.id, post, form, key(['begin', post, form]));
    const fresh = { id: done.id, version: done.version };
    setHead(fresh);
    before.current = JSON.stringify(form);
    return fresh;
  };
  /** Somebody else changed it: says what, and goes on from their version. */
  const stale = async (id: string) => {
    const whole = await answer(http.GET('/api/v1/applications/{id}', { params: { path: { id } } }));
    setHead({ id, version: whole.head.version });
    const say = { yes: t('yes'), no: t('no') };
    const word = (form: Content, field: (typeof fields)[number]) => words(field, form[field.id], { ...names, ...whole.names }, say);
    const old = JSON.parse(before.current) as Content;
    const all = fields.map((field) => ({ name: field.title, before: word(old, field), after: word(whole.form, field) }));
    setChanges(all.filter((one) => one.before !== one.after));
  };
  const attempt = async (what: 'save' | 'submit', run: () => Promise<void>) => {
    setBusy(what);
    setRefused(undefined);
    setChanges([]);
    setOpen([]);
    try {
      await run();
    } catch (error) {
      if (head && error instanceof ApiError && error.code === 'platform.db.stale') await stale(head.id);
      setRefused(error);
    } finally {
      setBusy(undefined);
    }
  };
  const leave = (to: '/applications/$id' | '/applications/$id/edit', id: string) => {
    leaving.current = true;
    return navigate({ to, params: { id } as never, replace: true });
  };
  const save = () =>
    attempt('save', async () => {
      const { id } = await keep(fill.form());
      void message.success(t('savedAs', { id }));
      if (!kept) await leave('/applications/$id/edit', id);
      await refresh();
    });
  const submit = () =>
    attempt('submit', async () => {
      const { wrong, form } = await fill.check();
      setOpen(wrong);
      if (wrong.length > 0) {
        const first = document.querySelector(`[data-field="${wrong[0]!.field}"]`);
        first?.scrollIntoView({ block: 'center' });
        first?.querySelector<HTMLElement>('input,textarea,button')?.focus();
        return;
      }
      const at = await keep(form);
      await act('submit', { ...at, key: key(['submit', at]) });
      void message.success(t('submitted', { id: at.id }));
      await leave('/applications/$id', at.id);
      await refresh();
    });

  return (
    <>
      <PageHead
        title={title}
        note={head?.id}
        actions={
          <Space>
            <Button loading={busy === 'save'} disabled={fill.slip !== undefined} title={fill.slip} onClick={() => void save()}>
              {t('saveDraft')}
            </Button>
            <Button type="primary" loading={busy === 'submit'} onClick={() => void submit()}>
              {t('verbs.submit')}
            </Button>
          </Space>
        }
      />
      {refused !== undefined && <Refused error={refused} />}
      {changes.length > 0 && (
        <section aria-label={common('stale.what')} style={{ marginBottom: 12 }}>
          <p>{common('stale.what')}</p>
          <FieldsDiff changes={changes} />
          <p className="muted">{common('stale.goOn')}</p>
        </section>
      )}
      {open.length > 0 && (
        <Alert
          type="error"
          showIcon
          role="alert"
          style={{ marginBottom: 12 }}
          title={t('toMend', { count: open.length })}
          description={
            <ul className="plain-list">
              {open.map((one) => (
                <li key={one.field}>{one.why}</li>
              ))}
            </ul>
          }
        />
      )}
      {fill.look?.barred && (
        <Alert type="error" showIcon role="alert" style={{ marginBottom: 12 }} title={t('barred', { why: fill.look.barred })} />
      )}
      <div className="grid">
        <Block title={t('content')} width={8}>
          {!kept && flow.posts.length > 1 && (
            <div className="fill-field" style={{ marginBottom: 16 }}>
              <label htmlFor={postId}>{t('asPost')}</label>
              <Select
                id={postId}
                value={post}
                disabled={head !== undefined}
                onChange={setPost}
                options={flow.posts.map((one) => ({ value: one.grant, label: [one.title, one.over_name].filter(Boolean).join(' · ') }))}
              />
            </div>
          )}
          <Fields fields={fields} fill={fill} names={names} own={placesOf(flow)} />
        </Block>
        <WayAhead flow={flow} way={fill.look?.way} />
      </div>
      <Modal
        open={status === 'blocked'}
        title={t('leave')}
        okText={t('leaveVerb')}
        okButtonProps={{ danger: true }}
        cancelText={t('stay')}
        onOk={proceed}
        onCancel={reset}
      >
        {t('leaveHelp')}
      </Modal>
    </>
  );
}
