// A draft: written, checked as it is typed, simulated, sent for approval, approved by somebody else.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Alert, App, Button, Form, Input, Skeleton, Space, Tabs } from 'antd';
import { lazy, Suspense, useRef, useState } from 'react';
import { answer, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import type { EditorHandle } from '@/shared/code/CodeEditor';
import { useSaving } from '@/shared/code/useSaving';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { DiffView } from '@/shared/ui/DiffView';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { Diagnostics, Examples, Verdict, Words } from './CheckPanel';
import type { Word } from './Editor';
import { Simulate } from './Simulate';
import { TierGrids, TierTables } from './Tiers';
import { TONES, type Check, type Draft } from './labels';

const Editor = lazy(() => import('./Editor'));

const seen = (version: number) => ({ 'If-Match': `"${version}"` });
const NO_WORDS: Word[] = [];

export default function DraftPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery({
    queryKey: ['draft', id],
    queryFn: () => answer(http.GET('/api/v1/drafts/{id}', { params: { path: { id } } })),
    staleTime: Infinity,
  });
  return (
    <QueryState query={query} rows={12}>
      {(draft) => <Studio key={`${id}/${draft.may_write}`} draft={draft} />}
    </QueryState>
  );
}

function Studio({ draft }: { draft: Draft }) {
  const t = useT('policy');
  const label = useLabel('policy');
  const client = useQueryClient();
  const { message } = App.useApp();
  const [url, change] = useUrl();
  const mayDraft = usePermission('policy.draft');
  const id = draft.head.id;
  const editor = useRef<EditorHandle>(null);
  const [check, setCheck] = useState<Check>(draft.check);
  const words = useQuery({
    queryKey: ['policy-words'],
    enabled: mayDraft,
    queryFn: () => answer(http.GET('/api/v1/policies/vocabulary')),
    staleTime: Infinity,
  });

  const { saving, save, typed, theirs, adopt, version } = useSaving<Draft>({
    version: draft.head.version,
    stale: 'settle.draft.stale',
    check: (text) => answer(http.POST('/api/v1/policies/check', { body: { text } })).then(setCheck),
    keep: async (text, seenVersion) =>
      (await answer(http.PUT('/api/v1/drafts/{id}', { params: { path: { id }, header: seen(seenVersion) }, body: { text } }))).version,
    reread: () => answer(http.GET('/api/v1/drafts/{id}', { params: { path: { id } } })),
  });

  const text = () => editor.current?.text() ?? draft.text;
  const go = (start: number, end: number) => editor.current?.go(start, end);
  const layOut = async () => {
    try {
      editor.current?.replace((await answer(http.POST('/api/v1/policies/format', { body: { text: text() } }))).text);
    } catch (error) {
      void message.error((error as Error).message);
    }
  };
  const resolve = (mine: boolean) => {
    if (!theirs) return;
    adopt(theirs.head.version);
    if (mine) void save(text());
    else editor.current?.replace(theirs.text);
  };
  const reload = async (next?: Draft) => {
    if (next) client.setQueryData(['draft', id], next);
    await client.invalidateQueries({ queryKey: ['drafts'] });
    await client.invalidateQueries({ queryKey: ['policies'] });
  };
  const { head } = draft;
  return (
    <>
      <PageHead
        title={`${head.title || head.policy || t('newPolicy')} ${head.policy_version > 0 ? t('versionN', { version: head.policy_version }) : ''}`}
        note={
          <>
            <StatusTag tone={TONES[head.state]}>{label('draftState', head.state)}</StatusTag>{' '}
            {draft.base !== null && t('sideFrom', { version: draft.base })} {head.submitted_by && t('reviewOf', { who: head.submitted_by })}{' '}
            {draft.may_write && (
              <span role="status">
                {saving.state === 'saved'
                  ? t('saved', { version: version() })
                  : saving.state === 'failed'
                    ? t('saveFailed', { why: saving.why })
                    : saving.state === 'saving'
                      ? t('saving')
                      : t('unsaved')}
              </span>
            )}
          </>
        }
        actions={<Actions draft={draft} check={check} version={version} busy={saving.state !== 'saved'} layOut={layOut} onDone={reload} />}
      />
      {theirs && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={t('stale', { who: theirs.head.changed_by })}
          description={
            <>
              <p>{t('staleHelp')}</p>
              <DiffView before={theirs.text} after={text()} label={t('lines')} />
              <Space style={{ marginTop: 8 }}>
                <Button onClick={() => resolve(false)}>{t('takeTheirs')}</Button>
                <Button danger onClick={() => resolve(true)}>
                  {t('keepMine')}
                </Button>
              </Space>
            </>
          }
        />
      )}
      <Verdict check={check} />
      <div className="grid" style={{ marginTop: 12 }}>
        <Block
          title={t('editor')}
          width={6}
          extra={<span className="muted">{t('checked', { ms: (check.micros / 1000).toFixed(1) })}</span>}
        >
          {mayDraft && words.isPending ? (
            <Skeleton active paragraph={{ rows: 12 }} />
          ) : (
            <Suspense fallback={<Skeleton active paragraph={{ rows: 12 }} />}>
              <Editor
                ref={editor}
                initial={draft.text}
                words={words.data ?? NO_WORDS}
                check={check}
                label={t('editor')}
                readOnly={!draft.may_write}
                onChange={typed}
              />
            </Suspense>
          )}
        </Block>
        <section className="block w6" aria-label={t('tab.check')}>
          <div className="body">
            <Tabs
              activeKey={url.tab ?? 'check'}
              onChange={(tab) => change({ tab }, { replace: true })}
              items={[
                { key: 'check', label: t('tab.check'), children: <Diagnostics check={check} onGo={go} /> },
                { key: 'examples', label: t('tab.examples'), children: <Examples check={check} onGo={go} /> },
                {
                  key: 'tiers',
                  label: t('tab.tiers'),
                  children: draft.may_write ? (
                    <TierGrids ladders={check.ladders} text={text} onText={(next) => editor.current?.replace(next)} />
                  ) : (
                    <TierTables ladders={check.ladders} />
                  ),
                },
                { key: 'document', label: t('tab.document'), children: <Words document={check.document} /> },
                {
                  key: 'changes',
                  label: t('tab.changes'),
                  children: draft.base_text ? <DiffView before={draft.base_text} after={text()} label={t('lines')} /> : <p>{t('first')}</p>,
                },
                { key: 'simulate', label: t('tab.simulate'), children: <Simulate id={id} blocked={check.errors > 0} /> },
                { key: 'notes', label: t('tab.notes'), children: <Notes draft={draft} onDone={reload} /> },
              ]}
            />
          </div>
        </section>
      </div>
    </>
  );
}

function Notes({ draft, onDone }: { draft: Draft; onDone: (next: Draft) => Promise<void> }) {
  const t = useT('policy');
  const label = useLabel('policy');
  const [open, setOpen] = useState(false);
  const path = { id: draft.head.id };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('comment')}</Button>
      <ul className="policy-messages">
        {draft.notes.map((note, index) => (
          <li key={index}>
            <span className="muted">{dateTime(note.at)}</span> {note.who} · {label('note', note.kind)}
            {note.text && <div>{note.text}</div>}
          </li>
        ))}
      </ul>
      <ActionDrawer<{ note: string }>
        open={open}
        title={t('comment')}
        verb={t('comment')}
        done={t('commented')}
        onClose={() => setOpen(false)}
        onSubmit={async (body) => onDone(await answer(http.POST('/api/v1/drafts/{id}/comments', { params: { path }, body })))}
      >
        <Form.Item name="note" label={t('commentText')} rules={[{ required: true, message: t('required') }]}>
          <Input.TextArea rows={4} maxLength={2000} />
        </Form.Item>
      </ActionDrawer>
    </>
  );
}

type Verb = 'submit' | 'approve' | 'giveBack' | 'withdraw';

interface ActionsProps {
  draft: Draft;
  check: Check;
  version: () => number;
  busy: boolean;
  layOut: () => Promise<void>;
  onDone: (next: Draft) => Promise<void>;
}

function Actions({ draft, check, version, busy, layOut, onDone }: ActionsProps) {
  const t = useT('policy');
  const [verb, setVerb] = useState<Verb>();
  const mayPublish = usePermission('policy.publish');
  const path = { id: draft.head.id };
  const inReview = draft.head.state === 'in_review';
  const say = async (chosen: Verb, note: string) => {
    const params = { path, header: seen(version()) };
    const body = { note };
    switch (chosen) {
      case 'submit':
        return answer(http.POST('/api/v1/drafts/{id}/submit', { params, body }));
      case 'approve':
        return answer(http.POST('/api/v1/drafts/{id}/approve', { params, body: { note, hash: draft.hash } }));
      case 'giveBack':
        return answer(http.POST('/api/v1/drafts/{id}/return', { params, body }));
      case 'withdraw':
        return answer(http.POST('/api/v1/drafts/{id}/withdraw', { params, body }));
    }
  };
  const blocked = busy ? t('unsaved') : (check.blocked ?? undefined);
  const cannot = draft.cannot_approve ?? undefined;
  const texts = {
    submit: { help: t('submitHelp'), note: t('submitNote'), done: t('submitted') },
    approve: { help: t('approveHelp'), note: t('approveNote'), done: t('approved') },
    giveBack: { help: t('giveBackHelp'), note: t('giveBackNote'), done: t('returned') },
    withdraw: { help: t('withdrawHelp'), note: t('commentText'), done: t('withdrawn') },
  };
  return (
    <>
      {draft.may_write && (
        <>
          <Button onClick={() => void layOut()}>{t('format')}</Button>
          <Button danger onClick={() => setVerb('withdraw')}>
            {t('withdraw')}
          </Button>
          <Button type="primary" disabled={blocked !== undefined} title={blocked} onClick={() => setVerb('submit')}>
            {t('submit')}
          </Button>
        </>
      )}
      {inReview && mayPublish && (
        <>
          <Button onClick={() => setVerb('giveBack')}>{t('giveBack')}</Button>
          <Button type="primary" disabled={cannot !== undefined} title={cannot} onClick={() => setVerb('approve')}>
            {t('approve')}
          </Button>
        </>
      )}
      {verb && (
        <ActionDrawer<{ note?: string }>
          open
          title={t(verb)}
          verb={t(verb)}
          danger={verb === 'withdraw'}
          consequence={texts[verb].help}
          done={texts[verb].done}
          onClose={() => setVerb(undefined)}
          onSubmit={async ({ note }) => onDone(await say(verb, note ?? ''))}
        >
          <Form.Item name="note" label={texts[verb].note} rules={verb === 'giveBack' ? [{ required: true, message: t('required') }] : []}>
            <Input.TextArea rows={4} maxLength={2000} />
          </Form.Item>
        </ActionDrawer>
      )}
    </>
  );
}
