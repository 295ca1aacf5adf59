import { useBlocker, useNavigate } from '@tanstack/react-router';
import { Alert, App, Button, ConfigProvider, Modal, Select, Space } from 'antd';
import { useId, useRef, useState } from 'react';
import { useT } from '@/i18n';
import { refresh } from '@/shared/flows/acts';
import { placesOf } from '@/shared/flows/found';
import { fill as filledFrom, given, ownFields, type Flow } from '@/shared/flows/form';
import { useFill } from '@/shared/flows/useFill';
import { useKeep, type Kept } from '@/shared/flows/useKeep';
import { useUrl } from '@/shared/url';
import { FieldsDiff } from '@/shared/ui/DiffView';
import { Refused } from '@/shared/ui/Drawers';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { Fields } from './Fields';
import { WayAhead } from './WayAhead';

interface Props {
  flow: Flow;
  title: string;
  /** What was kept before; absent for a new one. */
  kept?: Kept;
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
  const [url] = useUrl();
  const start = filledFrom(fields, kept?.form ?? {}, kept?.files);
  const fill = useFill({
    flow: flow.id,
    fields,
    start: kept ? start : { ...start, ...given(fields, url) },
    application: kept?.id,
  });
  const [post, setPost] = useState(flow.posts[0]?.grant);
  const postId = useId();
  const keeping = useKeep({ flow, fields, fill, kept, post });
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

  const leave = (to: '/applications/$id' | '/applications/$id/edit', id: string) => {
    leaving.current = true;
    setLeft(true);
    return navigate({ to, params: { id } as never, replace: true });
  };
  const save = async () => {
    const id = await keeping.save();
    if (!id) return;
    void message.success(t('savedAs', { id }));
    if (!kept) await leave('/applications/$id/edit', id);
    await refresh();
  };
  const submit = async () => {
    const id = await keeping.submit();
    if (!id) return;
    void message.success(t('submitted', { id }));
    await leave('/applications/$id', id);
    await refresh();
  };

  return (
    <>
      <PageHead
        title={title}
        note={head?.id}
        actions={
          <Space>
            <Button
              loading={busy === 'save'}
              disabled={left || busy === 'submit' || fill.slip !== undefined}
              title={fill.slip}
              onClick={() => void save()}
            >
              {t('saveDraft')}
            </Button>
            <Button type="primary" loading={busy === 'submit'} disabled={left || busy === 'save'} onClick={() => void submit()}>
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
                disabled={still || head !== undefined}
                onChange={setPost}
                options={flow.posts.map((one) => ({ value: one.grant, label: [one.title, one.over_name].filter(Boolean).join(' · ') }))}
              />
            </div>
          )}
          <ConfigProvider componentDisabled={still}>
            <Fields fields={fields} fill={fill} names={names} own={placesOf(flow)} />
          </ConfigProvider>
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
