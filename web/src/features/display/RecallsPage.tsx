import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch } from '@/api/client';
import { useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { bring, refresh, type Recall, type RecallTask } from './data';
import { Photo, PhotoItem } from './parts';

/** Campaigns that are called back, and where their material still hangs. */
export default function RecallsPage() {
  const t = useT('display');
  const common = useT('common');
  const may = usePermission('display.manage');
  const [url, change] = useUrl();
  const [calling, setCalling] = useState(false);
  const query = api.useQuery('get', '/api/v1/display/recalls', {});
  const chosen = url.id ?? query.data?.[0]?.id;
  return (
    <>
      <PageHead
        title={t('recallsTitle')}
        actions={
          <>
            {may && (
              <Button danger onClick={() => setCalling(true)}>
                {t('call')}
              </Button>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Block title={t('campaigns')}>
        <QueryState
          query={query}
          empty={(rows) => rows.length === 0}
          whenEmpty={<EmptyBox title={t('noRecalls')} help={t('noRecallsHelp')} />}
        >
          {(rows) => <Campaigns rows={rows} chosen={chosen} onChoose={(id) => change({ id })} />}
        </QueryState>
      </Block>
      {chosen && <Tasks id={chosen} may={may} />}
      {calling && <Calling onClose={() => setCalling(false)} />}
    </>
  );
}

function Campaigns({ rows, chosen, onChoose }: { rows: readonly Recall[]; chosen: string | undefined; onChoose: (id: string) => void }) {
  const t = useT('display');
  return (
    <PlainTable label={t('campaigns')}>
      <thead>
        <tr>
          <th scope="col">{t('campaign')}</th>
          <th scope="col">{t('reason')}</th>
          <th scope="col">{t('dueOn')}</th>
          <th scope="col" className="num">
            {t('remaining')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} aria-current={row.id === chosen || undefined}>
            <td>
              <Button type="link" size="small" onClick={() => onChoose(row.id)}>
                {row.campaign}
              </Button>
            </td>
            <td>{row.reason}</td>
            <td>
              {row.due_on} {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
            </td>
            <td className="num">{t('ofAll', { open: row.open, all: row.tasks })}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Tasks({ id, may }: { id: string; may: boolean }) {
  const t = useT('display');
  const [doing, setDoing] = useState<RecallTask>();
  const query = api.useQuery('get', '/api/v1/display/recalls/{id}/tasks', { params: { path: { id } } });
  return (
    <div style={{ marginTop: 12 }}>
      <Block title={t('stillHanging')}>
        <QueryState query={query} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('noTasks')} />}>
          {(rows) => (
            <PlainTable label={t('stillHanging')} maxHeight={560}>
              <thead>
                <tr>
                  <th scope="col">{t('outlet')}</th>
                  <th scope="col">{t('place')}</th>
                  <th scope="col">{t('number')}</th>
                  <th scope="col">{t('owner')}</th>
                  <th scope="col">{t('state')}</th>
                  <th scope="col">{t('photo')}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.asset}>
                    <td>
                      {row.outlet_name} {row.outlet}
                    </td>
                    <td>{row.place_name}</td>
                    <td>{row.asset}</td>
                    <td>{row.owner}</td>
                    <td>
                      {row.state === 'done' ? (
                        <StatusTag tone="good">{t('tasks.done')}</StatusTag>
                      ) : may ? (
                        <Button size="small" onClick={() => setDoing(row)}>
                          {t('takeAway')}
                        </Button>
                      ) : (
                        <StatusTag tone={row.late ? 'bad' : 'warn'}>{t('tasks.open')}</StatusTag>
                      )}
                    </td>
                    <td>
                      <Photo sha256={row.photo} label={t('photo')} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </PlainTable>
          )}
        </QueryState>
      </Block>
      {doing && <TakeAway task={doing} onClose={() => setDoing(undefined)} />}
    </div>
  );
}

function TakeAway({ task, onClose }: { task: RecallTask; onClose: () => void }) {
  const t = useT('display');
  const [files, setFiles] = useState<File[]>([]);
  const submit = async () => {
    const photo = files[0] ? await bring(files[0]) : '';
    const params = { path: { id: task.recall, asset: task.asset }, header: ifMatch(task.version) };
    await answer(http.POST('/api/v1/display/recalls/{id}/tasks/{asset}', { params, headers: ifMatch(task.version), body: { photo } }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('takeAway')} · ${task.outlet_name}`}
      consequence={t('takeAwayConsequence')}
      verb={t('takeAway')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <PhotoItem label={t('photo')} files={files} onChange={setFiles} />
    </ActionDrawer>
  );
}

function Calling({ onClose }: { onClose: () => void }) {
  const t = useT('display');
  const submit = async (body: { campaign: string; reason: string; due_on: string }) => {
    await answer(http.POST('/api/v1/display/recalls', { body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open
      title={t('call')}
      consequence={t('callConsequence')}
      verb={t('call')}
      danger
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="campaign" label={t('campaign')} rules={required}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="due_on" label={t('dueOn')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={required}>
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
