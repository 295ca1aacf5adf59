import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Tabs } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { BOXES, STATES, TONES, type Box } from '@/shared/flows/states';
import { dateTime } from '@/shared/format/time';
import { Can, usePermission } from '@/shared/permissions';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { Batch } from './Batch';

type Row = Schema<'ApplicationRow'>;

const PATH = '/applications/$id';

/** Applications by what one has to do with them. */
export default function ListPage() {
  const t = useT('flows');
  const navigate = useNavigate();
  const [url, change] = useUrl();
  const mayAll = usePermission('flow.read');
  const counts = api.useQuery('get', '/api/v1/applications/counts').data;
  const boxes = BOXES.filter((box) => box !== 'all' || mayAll);
  const box = boxes.find((one) => one === url.box) ?? 'todo';
  const numbers: Partial<Record<Box, number>> = counts
    ? {
        todo: counts.todo,
        done: counts.done,
        mine: counts.returned + counts.under_way,
        copied: counts.unread,
        all: counts.all ?? undefined,
      }
    : {};
  return (
    <>
      <PageHead
        title={t('title')}
        note={counts && counts.late > 0 ? t('lateCount', { count: counts.late }) : undefined}
        actions={
          <Can permission="flow.start">
            <Button type="primary" onClick={() => void navigate({ to: '/applications/new' })}>
              {t('new')}
            </Button>
          </Can>
        }
      />
      <Tabs
        activeKey={box}
        onChange={(next) =>
          change({ box: next === 'todo' ? undefined : next, state: undefined, late: undefined, stuck: undefined, after: undefined })
        }
        items={boxes.map((one) => ({
          key: one,
          label: numbers[one] === undefined ? t(`box.${one}`) : `${t(`box.${one}`)} ${numbers[one]}`,
        }))}
      />
      <List key={box} box={box} />
    </>
  );
}

function List({ box }: { box: Box }) {
  const t = useT('flows');
  const label = useLabel('flows');
  const navigate = useNavigate();
  const decides = usePermission('flow.decide');
  const [batch, setBatch] = useState<{ rows: Row[]; agree: boolean; clear: () => void }>();
  const flows = api.useQuery('get', '/api/v1/flows').data ?? [];
  const open = (row: Row) => void navigate({ to: PATH, params: { id: row.id } as never });
  const names = (people: Row['holders']) => people.map((one) => one.name).join(t('and'));
  const columns: Column<Row>[] = [
    {
      key: 'id',
      title: t('number'),
      render: (_, row) => (
        <Link to={PATH} params={{ id: row.id } as never}>
          {row.id}
        </Link>
      ),
    },
    { key: 'flow', title: t('flow'), dataIndex: 'flow_title' },
    {
      key: 'summary',
      title: t('summary'),
      render: (_, row) => (
        <div style={{ width: 260 }}>
          {row.unread && <StatusTag tone="info">{t('unread')}</StatusTag>} {row.summary || '—'}
        </div>
      ),
    },
    { key: 'amount', title: t('amountYuan'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'applicant', title: t('applicant'), render: (_, row) => row.applicant.name },
    { key: 'territory', title: t('territory'), render: (_, row) => row.territory_name || t('everywhere') },
    {
      key: 'holders',
      title: t('holder'),
      render: (_, row) => (row.holders.length > 0 ? [names(row.holders), row.step_title].filter(Boolean).join(' · ') : '—'),
    },
    { key: 'submitted', title: t('submittedAt'), render: (_, row) => (row.submitted_at ? dateTime(row.submitted_at) : '—') },
    {
      key: 'due',
      title: t('due'),
      render: (_, row) => (
        <>
          {row.due ?? '—'} {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
          {row.urged_at && <StatusTag tone="warn">{t('urged')}</StatusTag>}
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <>
          <StatusTag tone={TONES[row.state]}>{label('states', row.state)}</StatusTag>{' '}
          {row.effect === 'refused' && <StatusTag tone="warn">{t('effectStuck')}</StatusTag>}
        </>
      ),
    },
  ];
  return (
    <>
      <ResourceTable<Row>
        id={`applications-${box}`}
        label={t(`box.${box}`)}
        columns={columns}
        rowKey={(row) => row.id}
        fixed={{ box }}
        load={(query, signal) => answer(http.GET('/api/v1/applications', { params: { query: query as never }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('search'), placeholder: t('searchHelp') },
          {
            kind: 'select',
            name: 'flow',
            label: t('flow'),
            search: true,
            options: flows.map(({ id, title }) => ({ value: id, label: title })),
          },
          { kind: 'select', name: 'state', label: t('state'), options: STATES.map((value) => ({ value, label: label('states', value) })) },
          { kind: 'select', name: 'late', label: t('timeliness'), options: [{ value: 'true', label: t('onlyLate') }] },
          { kind: 'select', name: 'stuck', label: t('effect'), options: [{ value: 'true', label: t('effectStuck') }] },
        ]}
        onOpen={open}
        batch={
          box === 'todo' && decides
            ? (rows, clear) => (
                <>
                  <Button type="primary" onClick={() => setBatch({ rows, agree: true, clear })}>
                    {t('batch.agree')}
                  </Button>
                  <Button danger onClick={() => setBatch({ rows, agree: false, clear })}>
                    {t('batch.reject')}
                  </Button>
                </>
              )
            : undefined
        }
        whenEmpty={<EmptyBox title={t(`none.${box}`)} help={t(`noneHelp.${box}`)} />}
      />
      {batch && <Batch rows={batch.rows} agree={batch.agree} onDecided={batch.clear} onClose={() => setBatch(undefined)} />}
    </>
  );
}
