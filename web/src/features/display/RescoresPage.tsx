import { useNavigate } from '@tanstack/react-router';
import { Button, Form, Input, Segmented } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { refresh, RESCORE_STATES, RESCORE_TONES, type Rescore } from './data';
import { useRequired } from './fields';

const points = (score: number | null) => (score === null ? '—' : (score / 100).toFixed(1));

/** The sample of checks that is scored again, and what others found of one's own. */
export default function RescoresPage() {
  const t = useT('displayPlans');
  const label = useLabel('displayPlans');
  const common = useT('common');
  const may = usePermission('display.manage');
  const navigate = useNavigate();
  const [url, change] = useUrl();
  const own = url.own === 'true';
  const [replying, setReplying] = useState<Rescore>();
  const columns: Column<Rescore>[] = [
    { key: 'id', title: t('number'), dataIndex: 'id', fixed: 'left' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'template', title: t('template'), dataIndex: 'template_name' },
    { key: 'scorer', title: t('scorer'), dataIndex: 'scorer_name' },
    { key: 'day', title: t('day'), dataIndex: 'day' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={RESCORE_TONES[row.state]}>{label('rescores', row.state)}</StatusTag>,
    },
    { key: 'first', title: t('firstScore'), num: true, render: (_, row) => points(row.score) },
    { key: 'second', title: t('secondScore'), num: true, render: (_, row) => points(row.again) },
    { key: 'difference', title: t('difference'), num: true, render: (_, row) => points(row.difference) },
    { key: 'note', title: t('note'), dataIndex: 'note' },
    { key: 'reply', title: t('reply'), dataIndex: 'reply' },
    {
      key: 'acts',
      title: t('acts'),
      render: (_, row) =>
        own && row.state === 'differs' ? (
          <Button type="link" size="small" onClick={() => setReplying(row)}>
            {t('reply')}
          </Button>
        ) : (
          '—'
        ),
    },
  ];
  // Of one's own, those that differ come first and are what is asked where nothing is said.
  const states: readonly (typeof RESCORE_STATES)[number][] = own ? ['answered', 'agreed'] : RESCORE_STATES;
  return (
    <>
      <PageHead title={t('rescoresTitle')} note={t('rescoresNote')} />
      {may && (
        <Segmented
          aria-label={t('scorer')}
          value={own ? 'own' : 'all'}
          options={[
            { value: 'all', label: t('everyone') },
            { value: 'own', label: t('own') },
          ]}
          onChange={(value) => change({ own: value === 'own' ? 'true' : undefined, state: undefined, after: undefined })}
        />
      )}
      <ResourceTable<Rescore>
        key={String(own)}
        id="rescores"
        label={t('rescoresTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        fixed={own ? { own: 'true' } : undefined}
        load={({ own: mine, ...query }, signal) =>
          answer(
            mine
              ? http.GET('/api/v1/display/own-rescores', { params: { query: query as object }, signal })
              : http.GET('/api/v1/display/rescores', { params: { query: query as object }, signal }),
          )
        }
        tabs={{
          param: 'state',
          items: [
            { value: '', label: own ? t('rescores.differs') : common('all') },
            ...states.map((value) => ({ value, label: t(`rescores.${value}`) })),
          ],
        }}
        filters={own ? [] : [{ kind: 'text', name: 'scorer', label: t('scorer') }]}
        onOpen={(row) => void navigate({ to: `/display/rescores/${encodeURIComponent(row.id)}` as never })}
        whenEmpty={<EmptyBox title={t('noRescores')} help={t('noRescoresHelp')} />}
      />
      {replying && <Replying row={replying} onClose={() => setReplying(undefined)} />}
    </>
  );
}

function Replying({ row, onClose }: { row: Rescore; onClose: () => void }) {
  const t = useT('displayPlans');
  const submit = async ({ reply }: { reply: string }) => {
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    await answer(http.POST('/api/v1/display/own-rescores/{id}/reply', { params, headers: ifMatch(row.version), body: { reply } }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('reply')} · ${row.outlet_name}`}
      consequence={t('replyConsequence')}
      verb={t('reply')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{row.note}</p>
      <Form.Item name="reply" label={t('reply')} rules={useRequired()}>
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
