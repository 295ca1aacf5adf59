import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Button, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Refused } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { ToApplication } from './LifeParts';
import { checkAsked } from './lives';

type Row = Schema<'BlacklistRow'>;

/** 黑名单: who is kept out, by masks. It is changed by approved applications alone. */
export default function BlacklistPage() {
  const t = useT('life');
  const label = useLabel('life');
  const navigate = useNavigate();
  const starts = usePermission('flow.start');
  const apply = (search: Record<string, string>) =>
    void navigate({ to: '/applications/new/$flow', params: { flow: 'blacklist' }, search } as never);
  const open = (row: Row) =>
    void navigate(
      row.kind === 'partner'
        ? ({ to: '/partners/$code', params: { code: row.mask } } as never)
        : ({ to: '/applications/$id', params: { id: row.application } } as never),
    );
  const columns: Column<Row>[] = [
    { key: 'kind', title: t('by_kind'), render: (_, row) => label('numberOf', row.kind) },
    {
      key: 'mask',
      title: t('mask'),
      render: (_, row) => <Whom row={row} />,
    },
    { key: 'reason', title: t('reason'), render: (_, row) => <div style={{ maxWidth: 320 }}>{row.reason}</div> },
    { key: 'from', title: t('from'), render: (_, row) => row.from },
    { key: 'application', title: t('application'), render: (_, row) => <ToApplication id={row.application} /> },
    { key: 'by', title: t('putBy'), render: (_, row) => row.put_by },
    {
      key: 'lifted',
      title: t('liftedOn'),
      render: (_, row) =>
        row.lifted_on ? (
          <>
            {row.lifted_on} {row.lifted_application && <ToApplication id={row.lifted_application} />}
          </>
        ) : (
          <StatusTag tone="bad">{t('listed')}</StatusTag>
        ),
    },
    { key: 'liftedReason', title: t('liftedReason'), render: (_, row) => row.lifted_reason ?? '—' },
    ...(starts
      ? [
          {
            key: 'act',
            title: t('action'),
            render: (_: unknown, row: Row) =>
              row.lifted_on === null && (
                <Button
                  type="link"
                  size="small"
                  style={{ padding: 0 }}
                  onClick={() => apply({ act: 'lift', key: row.kind, ...(row.kind === 'partner' ? { partner: row.mask } : {}) })}
                >
                  {t('lift')}
                </Button>
              ),
          } satisfies Column<Row>,
        ]
      : []),
  ];
  return (
    <>
      <PageHead
        title={t('blacklist')}
        note={t('blacklistHelp')}
        actions={starts && <Button onClick={() => apply({ act: 'add' })}>{t('putOn')}</Button>}
      />
      <Check />
      <ResourceTable<Row>
        id="blacklist"
        label={t('blacklist')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/blacklist', { params: { query: query as never }, signal }))}
        tabs={{
          param: 'all',
          items: [
            { value: '', label: t('scopeOf.now') },
            { value: 'true', label: t('scopeOf.all') },
          ],
        }}
        filters={[{ kind: 'text', name: 'q', label: t('search') }]}
        onOpen={open}
        whenEmpty={<EmptyBox title={t('blacklistNone')} help={t('blacklistNoneHelp')} />}
      />
    </>
  );
}

function Whom({ row }: { row: Row }) {
  if (row.kind !== 'partner') return row.mask;
  return (
    <Link to="/partners/$code" params={{ code: row.mask } as never}>
      {[row.name, row.mask].filter(Boolean).join(' ')}
    </Link>
  );
}

const NUMBERS = ['licence', 'person', 'phone', 'account'] as const;

/** Whether somebody is on it. Nothing of what is typed is kept, nor put into the address. */
function Check() {
  const t = useT('life');
  const [form] = Form.useForm<Record<string, string>>();
  const [hits, setHits] = useState<Row[]>();
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [empty, setEmpty] = useState(false);
  const check = async (typed: Record<string, string>) => {
    const asked = checkAsked(typed);
    setHits(undefined);
    setRefused(undefined);
    setEmpty(!asked);
    if (!asked) return;
    setBusy(true);
    try {
      setHits((await answer(http.POST('/api/v1/blacklist/check', { body: asked }))).hits);
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Block title={t('checkTitle')}>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('checkHelp')}
      </p>
      <Form
        form={form}
        layout="inline"
        style={{ rowGap: 8 }}
        onFinish={(typed) => void check(typed)}
        onValuesChange={() => setHits(undefined)}
      >
        <Form.Item name="partner" label={t('partnerCode')}>
          <Input autoComplete="off" maxLength={40} />
        </Form.Item>
        {NUMBERS.map((name) => (
          <Form.Item key={name} name={name} label={t(name)}>
            <Input autoComplete="off" maxLength={40} />
          </Form.Item>
        ))}
        <Space>
          <Button htmlType="submit" type="primary" loading={busy}>
            {t('check')}
          </Button>
        </Space>
      </Form>
      <div style={{ marginTop: 12 }} aria-live="polite">
        {empty && <Alert type="warning" showIcon title={t('checkEmpty')} />}
        {refused !== undefined && <Refused error={refused} />}
        {hits?.length === 0 && <Alert type="success" showIcon title={t('checkClear')} />}
        {hits && hits.length > 0 && <Hits rows={hits} />}
      </div>
    </Block>
  );
}

function Hits({ rows }: { rows: Row[] }) {
  const t = useT('life');
  const label = useLabel('life');
  return (
    <>
      <Alert type="error" showIcon role="alert" title={t('checkHits', { count: rows.length })} style={{ marginBottom: 8 }} />
      <PlainTable
        label={t('checkHits', { count: rows.length })}
        heads={[t('by_kind'), t('mask'), t('from'), t('reason'), t('application')]}
      >
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td>{label('numberOf', row.kind)}</td>
              <th scope="row">
                <Whom row={row} />
              </th>
              <td>{row.from}</td>
              <td>{row.reason}</td>
              <td>
                <ToApplication id={row.application} />
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </>
  );
}
