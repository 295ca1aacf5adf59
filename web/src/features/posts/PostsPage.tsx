import { Link } from '@tanstack/react-router';
import { Button, DatePicker, Form, Input, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { count, yuan } from '@/shared/format/money';
import { usePermission, usePermissionName } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { MonthPicker } from '@/shared/ui/Pickers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

type Duty = Schema<'DutyView'>;
type Post = Schema<'PostView'>;

const left = { padding: 0, whiteSpace: 'normal', textAlign: 'start' } as const;

/** The thirteen duties with what shows that they were done in a month, and the posts with their rights. */
export default function PostsPage() {
  const t = useT('posts');
  const me = useMe();
  const [url, change] = useUrl();
  const month = url.month ?? me.today.slice(0, 7);
  const duties = api.useQuery('get', '/api/v1/duties', { params: { query: { month } } });
  const posts = api.useQuery('get', '/api/v1/posts');
  const duty = duties.data?.find((one) => one.id === url.duty);
  const post = posts.data?.find((one) => one.id === url.post);
  return (
    <>
      <PageHead
        title={t('title')}
        actions={<MonthPicker value={month} to={me.today.slice(0, 7)} onChange={(to) => change({ month: to })} />}
      />
      <Block title={t('duties')}>
        <QueryState query={duties} rows={13}>
          {(rows) => <Duties rows={rows} onOpen={(id) => change({ duty: id })} />}
        </QueryState>
      </Block>
      <Practice />
      <Block title={t('posts')}>
        <QueryState query={posts}>{(rows) => <Posts rows={rows} onOpen={(id) => change({ post: id })} />}</QueryState>
      </Block>
      {duty && <DutyDrawer duty={duty} month={month} onClose={() => change({ duty: undefined })} />}
      {post && <PostDrawer post={post} onClose={() => change({ post: undefined })} />}
    </>
  );
}

/** What a channel manager answers for, how they work and what they bring, each with the page on which it shows. */
function Practice() {
  const t = useT('posts');
  const practice = api.useQuery('get', '/api/v1/posts/manager');
  return (
    <Block title={t('practice')}>
      <QueryState query={practice}>
        {({ duties, methods, qualities }) => (
          <div className="grid">
            <Points title={t('managerDuties', { count: duties.length })} rows={duties} />
            <Points title={t('methods', { count: methods.length })} rows={methods} />
            <Points title={t('qualities', { count: qualities.length })} rows={qualities} />
          </div>
        )}
      </QueryState>
    </Block>
  );
}

function Points({ title, rows }: { title: string; rows: readonly Schema<'PracticePoint'>[] }) {
  return (
    <div className="w4">
      <h3>{title}</h3>
      <ol>
        {rows.map((row) => (
          <li key={row.id}>{row.page ? <Link to={row.page as never}>{row.title}</Link> : row.title}</li>
        ))}
      </ol>
    </div>
  );
}

function Duties({ rows, onOpen }: { rows: Duty[]; onOpen: (id: string) => void }) {
  const t = useT('posts');
  return (
    <PlainTable label={t('duties')} heads={[t('duty'), t('role'), t('measure'), { num: t('documents') }, { num: t('records') }]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Button type="link" size="small" style={left} onClick={() => onOpen(row.id)}>
                {row.title}
              </Button>
            </th>
            <td>{row.role_title}</td>
            <td>
              <Evidence row={row} />
            </td>
            <td className="num">
              {row.documents ? (
                <Link to="/documents" search={{ kind: row.documents } as never}>
                  {count(row.document_count)}
                </Link>
              ) : (
                '—'
              )}
            </td>
            <td className="num">{count(row.records)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** The measure of a duty with its value, or the page on which the work is done. */
function Evidence({ row }: { row: Duty }) {
  const t = useT('posts');
  if (row.metric) {
    const value = row.value === null ? '—' : row.unit === 'fen' ? yuan(row.value) : count(row.value);
    return (
      <Link to="/volume" search={{ metric: row.metric } as never}>
        {row.metric_name} {value}
      </Link>
    );
  }
  return row.page ? <Link to={row.page}>{t('page')}</Link> : '—';
}

function Posts({ rows, onOpen }: { rows: Post[]; onOpen: (id: string) => void }) {
  const t = useT('posts');
  return (
    <PlainTable label={t('posts')} heads={[t('post'), t('role'), t('purpose'), t('duties')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Button type="link" size="small" style={left} onClick={() => onOpen(row.id)}>
                {row.title}
              </Button>{' '}
              {row.electronic && <StatusTag tone="info">{t('electronic')}</StatusTag>}
            </th>
            <td>{row.role_title}</td>
            <td>{row.purpose}</td>
            <td>{row.duties.map((duty) => duty.title).join(t('comma'))}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function PostDrawer({ post, onClose }: { post: Post; onClose: () => void }) {
  const t = useT('posts');
  const permissionName = usePermissionName();
  const may = usePermission('person.read');
  return (
    <DetailDrawer open title={post.title} onClose={onClose}>
      <p>{post.purpose}</p>
      <h3 style={{ fontSize: 16 }}>{t('duties')}</h3>
      <ul>
        {post.duties.map((duty) => (
          <li key={duty.id}>{duty.title}</li>
        ))}
      </ul>
      <h3 style={{ fontSize: 16 }}>{t('rights', { role: post.role_title })}</h3>
      <ul>
        {post.permissions.map((name) => (
          <li key={name}>{permissionName(name)}</li>
        ))}
      </ul>
      {may && (
        <Link to="/people" search={{ role: post.role } as never}>
          {t('holders')}
        </Link>
      )}
    </DetailDrawer>
  );
}

interface Fields {
  day: Dayjs;
  subject: string;
  about: string;
}

/** A duty: who answers for it, and the work log of the month. */
function DutyDrawer({ duty, month, onClose }: { duty: Duty; month: string; onClose: () => void }) {
  const t = useT('posts');
  const me = useMe();
  const manage = usePermission('person.manage');
  const [act, setAct] = useState<'note' | 'assign'>();
  const roles = api.useQuery('get', '/api/v1/roles', {}, { enabled: act === 'assign' }).data ?? [];
  const log = api.useQuery('get', '/api/v1/duties/{id}/records', { params: { path: { id: duty.id }, query: { month } } });
  return (
    <DetailDrawer
      open
      title={duty.title}
      onClose={onClose}
      actions={
        <>
          {manage && (
            <Button style={{ marginInlineEnd: 8 }} onClick={() => setAct('assign')}>
              {t('assign')}
            </Button>
          )}
          <Button type="primary" onClick={() => setAct('note')}>
            {t('note')}
          </Button>
        </>
      }
    >
      <p>{t('answers', { role: duty.role_title })}</p>
      <h3 style={{ fontSize: 16 }}>{t('log', { month })}</h3>
      <QueryState query={log} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('noLog')} help={t('noLogHelp')} />}>
        {(rows) => (
          <ul>
            {rows.map((row) => (
              <li key={row.id}>
                {row.day} {row.name} · <strong>{row.subject}</strong>
                <div>{row.about}</div>
              </li>
            ))}
          </ul>
        )}
      </QueryState>
      <ActionDrawer<Fields>
        open={act === 'note'}
        title={t('note')}
        verb={t('save')}
        done={t('saved')}
        initial={{ day: dayjs(me.today) }}
        onClose={() => setAct(undefined)}
        onSubmit={async ({ day, subject, about }) => {
          await http.POST('/api/v1/duties/{id}/records', {
            params: { path: { id: duty.id } },
            body: { day: day.format('YYYY-MM-DD'), subject, about },
          });
          await queries.invalidateQueries();
        }}
      >
        <Form.Item name="day" label={t('day')} rules={[{ required: true, message: t('required') }]}>
          <DatePicker maxDate={dayjs(me.today)} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="subject" label={t('subject')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item name="about" label={t('about')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
          <Input.TextArea rows={4} maxLength={2000} />
        </Form.Item>
      </ActionDrawer>
      <ActionDrawer<{ role: string; reason: string }>
        open={act === 'assign'}
        title={t('assign')}
        consequence={t('assignHelp')}
        verb={t('save')}
        done={t('saved')}
        initial={{ role: duty.role }}
        onClose={() => setAct(undefined)}
        onSubmit={async (body) => {
          await http.PUT('/api/v1/responsibilities/{task}', { params: { path: { task: duty.id }, header: ifMatch(duty.version) }, body });
          await queries.invalidateQueries();
        }}
      >
        <Form.Item name="role" label={t('role')} rules={[{ required: true, message: t('required') }]}>
          <Select showSearch={{ optionFilterProp: 'label' }} options={roles.map((role) => ({ value: role.id, label: role.title }))} />
        </Form.Item>
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      </ActionDrawer>
    </DetailDrawer>
  );
}
