import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, money } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import type { Period } from './labels';

type Row = Schema<'ExceptionView'>;

const KINDS = ['unattributed', 'rejected', 'unchecked', 'negative', 'change', 'hold'] as const;

/** What a trial found; each is looked at and noted before the month can be submitted. */
export function Exceptions({ data, onReviewed }: { data: Period; onReviewed: () => void }) {
  const t = useT('settlement');
  const label = useLabel('settlement');
  const [open, setOpen] = useState<Row>();
  const mayReview = usePermission('settlement.run') && data.state === 'trial';
  const what = (row: Row) =>
    t(`what.${row.kind}` as 'what.change', { count: count(row.count), amount: money(row.amount), before: money(row.before) });
  const columns: Column<Row>[] = [
    { key: 'kind', title: t('kind'), render: (_, row) => label('kinds', row.kind) },
    { key: 'subject', title: t('subject'), render: (_, row) => (row.partner ? `${row.name} ${row.partner}` : t('wholeMonth')) },
    { key: 'what', title: t('steps.exceptions'), label: t('steps.exceptions'), render: (_, row) => what(row) },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={row.note ? 'good' : 'warn'}>{row.note ? t('reviewed') : t('notReviewed')}</StatusTag>,
    },
    {
      key: 'note',
      title: t('note'),
      render: (_, row) =>
        row.note && (
          <>
            {row.note} <span className="muted">{`${row.reviewed_by ?? ''} ${row.reviewed_at ? dateTime(row.reviewed_at) : ''}`}</span>
          </>
        ),
    },
    {
      key: 'action',
      title: t('review'),
      render: (_, row) =>
        mayReview && (
          <Button size="small" onClick={() => setOpen(row)} aria-label={`${t('review')} ${label('kinds', row.kind)} ${row.partner}`}>
            {t('review')}
          </Button>
        ),
    },
  ];
  const path = { month: data.month };
  const review = async ({ note }: { note: string }) => {
    await http.POST('/api/v1/periods/{month}/exceptions/{id}/review', { params: { path: { ...path, id: open!.id } }, body: { note } });
    onReviewed();
  };
  return (
    <>
      <ResourceTable<Row>
        id="exceptions"
        label={t('steps.exceptions')}
        columns={columns}
        rowKey={(row) => row.id}
        fixed={{ month: data.month, trial: data.trial?.at ?? '' }}
        load={({ state, kind, after, limit }, signal) =>
          answer(
            http.GET('/api/v1/periods/{month}/exceptions', { params: { path, query: { state, kind, after, limit } as never }, signal }),
          )
        }
        tabs={{
          param: 'state',
          items: [
            { value: '', label: t('all'), count: data.exceptions },
            { value: 'open', label: t('notReviewed'), count: data.open_exceptions },
            { value: 'reviewed', label: t('reviewed'), count: data.exceptions - data.open_exceptions },
          ],
        }}
        filters={[
          { kind: 'select', name: 'kind', label: t('kind'), options: KINDS.map((value) => ({ value, label: label('kinds', value) })) },
        ]}
        whenEmpty={<EmptyBox title={t('noExceptions')} help={t('noExceptionsHelp')} />}
      />
      <ActionDrawer<{ note: string }>
        key={open?.id}
        open={open !== undefined}
        title={open ? label('kinds', open.kind) : t('review')}
        consequence={open && `${open.partner ? `${open.name} ${open.partner} · ` : ''}${what(open)}`}
        verb={t('review')}
        done={t('kept')}
        initial={{ note: open?.note ?? '' }}
        onSubmit={review}
        onClose={() => setOpen(undefined)}
      >
        <Form.Item name="note" label={t('note')} rules={[{ required: true, whitespace: true, message: t('noteMissing') }]}>
          <Input.TextArea rows={4} maxLength={500} showCount autoFocus />
        </Form.Item>
      </ActionDrawer>
    </>
  );
}
