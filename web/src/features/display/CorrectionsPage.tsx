import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { stringifySearch } from '@/shared/url';
import { bring, CORRECTION_TONES, refresh, type Correction } from './data';
import { Photo, PhotoItem } from './parts';

type Act = 'fix' | 'verify' | 'reject' | 'release' | 'assign';

const ACTS: Record<string, Act[]> = { open: ['fix', 'assign', 'release'], fixed: ['verify', 'reject', 'release'] };

/** What is not right at outlets, by the day it is due. */
export default function CorrectionsPage() {
  const t = useT('display');
  const label = useLabel('display');
  const common = useT('common');
  const may = usePermission('display.manage');
  const [acting, setActing] = useState<{ act: Act; row: Correction }>();
  const counts = api.useQuery('get', '/api/v1/display/corrections/counts', {}).data;
  const columns: Column<Correction>[] = [
    { key: 'outlet', title: t('outlet'), fixed: 'left', render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    {
      key: 'item',
      title: t('item'),
      render: (_, row) => (
        <>
          {row.item_name} {row.veto && <StatusTag tone="bad">{t('veto')}</StatusTag>}
        </>
      ),
    },
    { key: 'template', title: t('template'), dataIndex: 'template_name' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={CORRECTION_TONES[row.state]}>{label('corrections', row.state)}</StatusTag>,
    },
    { key: 'owner', title: t('owner'), dataIndex: 'owner' },
    { key: 'opened', title: t('openedOn'), dataIndex: 'opened_on' },
    {
      key: 'due',
      title: t('dueOn'),
      render: (_, row) => (
        <>
          {row.due_on} {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
        </>
      ),
    },
    { key: 'again', title: t('again'), num: true, dataIndex: 'again' },
    { key: 'before', title: t('before'), render: (_, row) => <Photo sha256={row.before} label={t('before')} /> },
    { key: 'after', title: t('after'), render: (_, row) => <Photo sha256={row.after} label={t('after')} /> },
    { key: 'note', title: t('note'), dataIndex: 'note' },
    {
      key: 'acts',
      title: t('acts'),
      render: (_, row) =>
        may
          ? (ACTS[row.state] ?? []).map((act) => (
              <Button key={act} type="link" size="small" onClick={() => setActing({ act, row })}>
                {t(`correct.${act}`)}
              </Button>
            ))
          : '—',
    },
  ];
  const share = counts?.in_time;
  return (
    <>
      <PageHead
        title={t('correctionsTitle')}
        note={
          counts &&
          t('correctionsSum', { late: counts.late, share: share === null || share === undefined ? '—' : (share / 100).toFixed(1) })
        }
      />
      <ResourceTable<Correction>
        id="corrections"
        label={t('correctionsTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/display/corrections', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all') },
            { value: 'open', label: t('underWay'), count: counts && counts.open + counts.fixed },
            ...(['fixed', 'verified', 'released'] as const).map((value) => ({
              value,
              label: t(`corrections.${value}`),
              count: counts?.[value],
            })),
          ],
        }}
        filters={[
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
          { kind: 'text', name: 'owner', label: t('owner') },
          { kind: 'select', name: 'late', label: t('dueOn'), options: [{ value: 'true', label: t('late') }] },
        ]}
        ownFile
        tools={(query) => <Button href={`/api/v1/display/corrections/file${stringifySearch(query)}`}>{common('export')}</Button>}
        whenEmpty={<EmptyBox title={t('noCorrections')} help={t('noCorrectionsHelp')} />}
      />
      {acting && <Acting {...acting} onClose={() => setActing(undefined)} />}
    </>
  );
}

function Acting({ act, row, onClose }: { act: Act; row: Correction; onClose: () => void }) {
  const t = useT('display');
  const [files, setFiles] = useState<File[]>([]);
  const submit = async (values: { note?: string; owner?: string; due_on?: string }) => {
    const after = act === 'fix' && files[0] ? await bring(files[0]) : '';
    const body = { act, after, note: values.note ?? '', owner: values.owner ?? '', due_on: values.due_on ?? '' };
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    await answer(http.POST('/api/v1/display/corrections/{id}/act', { params, headers: ifMatch(row.version), body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open
      title={`${t(`correct.${act}`)} · ${row.item_name}`}
      consequence={t(`correctWhy.${act}`)}
      verb={t(`correct.${act}`)}
      danger={act === 'release'}
      done={t('done')}
      initial={{ owner: row.owner, due_on: row.due_on }}
      onSubmit={submit}
      onClose={onClose}
    >
      {act === 'fix' && <PhotoItem label={t('after')} files={files} onChange={setFiles} />}
      {act === 'verify' && <Photo sha256={row.after} label={t('after')} />}
      {act === 'assign' && (
        <>
          <Form.Item name="owner" label={t('ownerLogin')} rules={required}>
            <Input maxLength={40} autoComplete="off" />
          </Form.Item>
          <Form.Item name="due_on" label={t('dueOn')} rules={required}>
            <Input type="date" />
          </Form.Item>
        </>
      )}
      {act !== 'verify' && (
        <Form.Item name="note" label={act === 'fix' ? t('note') : t('reason')} rules={act === 'fix' ? [] : required}>
          <Input.TextArea rows={3} maxLength={200} />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
