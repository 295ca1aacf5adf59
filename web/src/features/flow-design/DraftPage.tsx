// A flow of the house: written in a form or as a text, checked as it is typed, tried, sent for approval, approved by somebody else, taken out of use by two.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Alert, Button, Form, Input, Segmented, Skeleton, Space, Tabs } from 'antd';
import { lazy, Suspense, useRef, useState } from 'react';
import { answer, api, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import type { EditorHandle } from '@/shared/code/CodeEditor';
import { useSaving } from '@/shared/code/useSaving';
import { saveBlob } from '@/shared/csv';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { DiffView } from '@/shared/ui/DiffView';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { useBeginNow } from './begin';
import { Examples, Findings, Verdict } from './Findings';
import { FormView } from './FormView';
import { TONES, type Check, type Doc, type Draft } from './labels';
import { Picture, useTitles } from './Picture';
import { TryOut } from './TryOut';

const Editor = lazy(() => import('./Editor'));

export default function DraftPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = useQuery({
    queryKey: ['flow-draft', id],
    queryFn: () => answer(http.GET('/api/v1/flow-drafts/{id}', { params: { path: { id } } })),
    staleTime: Infinity,
  });
  return (
    <QueryState query={query} rows={12}>
      {(draft) => <Studio key={`${id}/${draft.may_write}`} draft={draft} />}
    </QueryState>
  );
}

function Studio({ draft }: { draft: Draft }) {
  const t = useT('flowDesign');
  const label = useLabel('flowDesign');
  const client = useQueryClient();
  const [url, change] = useUrl();
  const id = draft.head.id;
  const path = { id };
  const editor = useRef<EditorHandle>(null);
  const [check, setCheck] = useState<Check>(draft.check);
  const [text, setText] = useState(draft.text);
  const [doc, setDoc] = useState<Doc | null>(draft.check.document);
  // What the form says is newer than what the server read while it is typed in.
  const typing = useRef(false);
  const words = api.useQuery('get', '/api/v1/flow-words', {}, { staleTime: Infinity }).data;
  const title = useTitles(doc);
  const view = url.view === 'text' || doc === null ? 'text' : 'form';
  const readOnly = !draft.may_write;

  const saver = useSaving<Draft>({
    version: draft.head.version,
    stale: 'workflow.draft.stale',
    check: async (now) => {
      const found = await answer(http.POST('/api/v1/flow-definitions/check', { body: { text: now } }));
      setCheck(found);
      if (!typing.current) setDoc(found.document);
    },
    keep: async (now, version) =>
      (await answer(http.PUT('/api/v1/flow-drafts/{id}', { params: { path, header: ifMatch(version) }, body: { text: now } }))).version,
    reread: () => answer(http.GET('/api/v1/flow-drafts/{id}', { params: { path } })),
  });
  const { saving, theirs } = saver;

  /** The text of what the form says. */
  const written = async (next: Doc) => {
    const made = (await answer(http.POST('/api/v1/flow-definitions/write', { body: { document: next, before: text } }))).text;
    typing.current = false;
    setText(made);
    editor.current?.replace(made);
    return made;
  };
  const edit = (patch: Partial<Doc>) => {
    if (!doc) return;
    const next = { ...doc, ...patch };
    setDoc(next);
    typing.current = true;
    saver.typed(() => written(next));
  };
  const type = (now: string) => {
    // The editor repeats what the form wrote.
    if (now === text) return;
    setText(now);
    saver.typed(now);
  };
  const present = async () => {
    await saver.flush();
    return editor.current?.text() ?? text;
  };
  const look = async (to: string) => {
    await saver.flush();
    change({ view: to === 'text' ? 'text' : undefined }, { replace: true });
  };
  const go = async (start: number, end: number) => {
    await look('text');
    // The editor is loaded when it is first shown.
    const reach = (tries: number): void => {
      if (editor.current) editor.current.go(start, end);
      else if (tries > 0) setTimeout(() => reach(tries - 1), 50);
    };
    reach(40);
  };
  const resolve = (mine: boolean) => {
    if (!theirs) return;
    saver.adopt(theirs.head.version);
    if (mine) {
      void saver.save(text);
      return;
    }
    setText(theirs.text);
    setDoc(theirs.check.document);
    setCheck(theirs.check);
    editor.current?.replace(theirs.text);
  };
  const reload = async (next: Draft) => {
    client.setQueryData(['flow-draft', id], next);
    await client.invalidateQueries({ queryKey: ['flow-drafts'] });
    await client.invalidateQueries({ queryKey: ['flow-definitions'] });
  };
  const { head } = draft;
  return (
    <>
      <PageHead
        title={`${head.title || head.flow || t('newFlow')} ${head.flow_version > 0 ? t('versionN', { version: head.flow_version }) : ''}`}
        note={
          <>
            <StatusTag tone={TONES[head.state]}>{label('states', head.state)}</StatusTag>{' '}
            {draft.base !== null && t('fromVersion', { version: draft.base })}{' '}
            {head.submitted_by && t('sentBy', { who: head.submitted_by })}{' '}
            {draft.may_write && (
              <span role="status">
                {saving.state === 'saved'
                  ? t('saved', { version: saver.version() })
                  : saving.state === 'failed'
                    ? t('saveFailed', { why: saving.why })
                    : saving.state === 'saving'
                      ? t('saving')
                      : t('unsaved')}
              </span>
            )}
          </>
        }
        actions={
          <Actions
            draft={draft}
            check={check}
            version={() => (draft.may_write ? saver.version() : head.version)}
            busy={saving.state !== 'saved'}
            text={text}
            onDone={reload}
          />
        }
      />
      {theirs && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={t('stale', { who: theirs.head.changed_by })}
          description={
            <>
              <DiffView before={theirs.text} after={text} label={t('lines')} />
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
          title={t('definition')}
          width={6}
          extra={
            <Segmented<string>
              aria-label={t('views')}
              value={view}
              options={[
                { value: 'form', label: t('viewForm'), disabled: doc === null },
                { value: 'text', label: t('viewText') },
              ]}
              onChange={(to) => void look(to)}
            />
          }
        >
          {view === 'text' ? (
            <Suspense fallback={<Skeleton active paragraph={{ rows: 12 }} />}>
              <Editor ref={editor} initial={text} words={words} check={check} label={t('editor')} readOnly={readOnly} onChange={type} />
            </Suspense>
          ) : (
            doc && <FormView doc={doc} words={words} readOnly={readOnly} onChange={edit} />
          )}
        </Block>
        <section className="block w6" aria-label={t('tab.check')}>
          <div className="body">
            <Tabs
              activeKey={url.tab ?? 'check'}
              onChange={(tab) => change({ tab }, { replace: true })}
              items={[
                { key: 'check', label: t('tab.check'), children: <Findings check={check} onGo={(start, end) => void go(start, end)} /> },
                {
                  key: 'picture',
                  label: t('tab.picture'),
                  children: doc ? <Picture doc={doc} words={words} /> : <EmptyBox title={t('broken')} />,
                },
                {
                  key: 'examples',
                  label: t('tab.examples'),
                  children: (
                    <>
                      <Examples check={check} titles={title} />
                      {!readOnly && doc && check.examples.some((example) => !example.holds) && (
                        <>
                          <p className="muted">{t('adoptHelp')}</p>
                          <Button
                            onClick={() =>
                              edit({ example: doc.example.map((one, at) => ({ ...one, path: check.examples[at]?.got ?? one.path })) })
                            }
                          >
                            {t('adopt')}
                          </Button>
                        </>
                      )}
                    </>
                  ),
                },
                {
                  key: 'try',
                  label: t('tab.try'),
                  children: doc ? (
                    <TryOut
                      doc={doc}
                      words={words}
                      text={present}
                      onExample={readOnly ? undefined : (example) => edit({ example: [...doc.example, example] })}
                    />
                  ) : (
                    <EmptyBox title={t('broken')} />
                  ),
                },
                {
                  key: 'changes',
                  label: t('tab.changes'),
                  children: draft.base_text ? <DiffView before={draft.base_text} after={text} label={t('lines')} /> : <p>{t('first')}</p>,
                },
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
  const t = useT('flowDesign');
  const label = useLabel('flowDesign');
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
        onSubmit={async (body) => onDone(await answer(http.POST('/api/v1/flow-drafts/{id}/comments', { params: { path }, body })))}
      >
        <Form.Item name="note" label={t('commentText')} rules={[{ required: true, message: t('required') }]}>
          <Input.TextArea rows={4} maxLength={2000} />
        </Form.Item>
      </ActionDrawer>
    </>
  );
}

type Verb = 'submit' | 'approve' | 'giveBack' | 'withdraw' | 'retire' | 'confirm' | 'refuse';

/** Verbs that ask for a reason. */
const REASONED: readonly Verb[] = ['submit', 'giveBack', 'retire', 'refuse'];

interface ActionsProps {
  draft: Draft;
  check: Check;
  version: () => number;
  busy: boolean;
  text: string;
  onDone: (next: Draft) => Promise<void>;
}

function Actions({ draft, check, version, busy, text, onDone }: ActionsProps) {
  const t = useT('flowDesign');
  const begin = useBeginNow();
  const [verb, setVerb] = useState<Verb>();
  const mayPublish = usePermission('flow.publish');
  const mayDefine = usePermission('flow.define');
  const { head } = draft;
  const say = async (chosen: Verb, note: string) => {
    const params = { path: { id: head.id }, header: ifMatch(version()) };
    const body = { note };
    switch (chosen) {
      case 'submit':
        return answer(http.POST('/api/v1/flow-drafts/{id}/submit', { params, body }));
      case 'approve':
        return answer(http.POST('/api/v1/flow-drafts/{id}/approve', { params, body: { note, hash: draft.hash } }));
      case 'giveBack':
        return answer(http.POST('/api/v1/flow-drafts/{id}/return', { params, body }));
      case 'withdraw':
        return answer(http.POST('/api/v1/flow-drafts/{id}/withdraw', { params, body }));
      case 'retire':
        return answer(http.POST('/api/v1/flow-drafts/{id}/retire', { params, body }));
      case 'confirm':
        return answer(http.POST('/api/v1/flow-drafts/{id}/retire-confirm', { params, body }));
      case 'refuse':
        return answer(http.POST('/api/v1/flow-drafts/{id}/retire-refuse', { params, body }));
    }
  };
  const blocked = busy ? t('unsaved') : (check.blocked ?? undefined);
  const cannot = draft.cannot_approve ?? undefined;
  const isSettled = ['published', 'retiring', 'retired'].includes(head.state);
  return (
    <>
      <Button onClick={() => saveBlob(new Blob([text], { type: 'application/toml' }), `${head.flow || 'flow'}-v${head.flow_version}.toml`)}>
        {t('export')}
      </Button>
      {draft.may_write && (
        <>
          <Button danger onClick={() => setVerb('withdraw')}>
            {t('verb.withdraw')}
          </Button>
          <Button type="primary" disabled={blocked !== undefined} title={blocked} onClick={() => setVerb('submit')}>
            {t('verb.submit')}
          </Button>
        </>
      )}
      {head.state === 'in_review' && mayPublish && (
        <>
          <Button onClick={() => setVerb('giveBack')}>{t('verb.giveBack')}</Button>
          <Button type="primary" disabled={cannot !== undefined} title={cannot} onClick={() => setVerb('approve')}>
            {t('verb.approve')}
          </Button>
        </>
      )}
      {head.state === 'published' && <Button onClick={() => setVerb('retire')}>{t('verb.retire')}</Button>}
      {head.state === 'retiring' && mayPublish && (
        <>
          <Button onClick={() => setVerb('refuse')}>{t('verb.refuse')}</Button>
          <Button danger disabled={cannot !== undefined} title={cannot} onClick={() => setVerb('confirm')}>
            {t('verb.confirm')}
          </Button>
        </>
      )}
      {isSettled && mayDefine && (
        <Button type="primary" onClick={() => void begin({ text: '', flow: head.flow, version: head.flow_version })}>
          {t('newVersion')}
        </Button>
      )}
      {verb && (
        <ActionDrawer<{ note?: string }>
          open
          title={t(`verb.${verb}`)}
          verb={t(`verb.${verb}`)}
          danger={verb === 'withdraw' || verb === 'confirm'}
          consequence={t(`help.${verb}`)}
          done={t(`done.${verb}`)}
          onClose={() => setVerb(undefined)}
          onSubmit={async ({ note }) => onDone(await say(verb, note ?? ''))}
        >
          <Form.Item
            name="note"
            label={REASONED.includes(verb) ? t('reason') : t('commentText')}
            rules={REASONED.includes(verb) ? [{ required: true, whitespace: true, message: t('required') }] : []}
          >
            <Input.TextArea rows={4} maxLength={2000} />
          </Form.Item>
        </ActionDrawer>
      )}
    </>
  );
}
