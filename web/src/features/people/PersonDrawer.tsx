import { Button, DatePicker, Descriptions, Form, Input, Space, Table } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { answer, api, http, ifMatch, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import type { FieldChange } from '@/shared/ui/DiffView';
import { MaskedText } from '@/shared/ui/MaskedText';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Handover } from './Handover';
import { grantOf, ReasonField, RoleFields, type RoleValues } from './RoleFields';
import { WorkIds } from './WorkIds';

type Person = Schema<'PersonView'>;
type Grant = Schema<'GrantView'>;
type Act = 'edit' | 'give' | 'reset' | 'totp' | 'leave' | 'handover' | { end: Grant };

interface Props {
  login: string;
  roles: Schema<'RoleView'>[];
  onClose: () => void;
  onChanged: () => void;
}

/** A person: card, roles, and what an administrator does with them. */
export function PersonDrawer({ login, roles, onClose, onChanged }: Props) {
  const t = useT('people');
  const person = api.useQuery('get', '/api/v1/people/{login}', { params: { path: { login } } });
  const manage = usePermission('person.manage');
  const [act, setAct] = useState<Act>();
  const can = manage && person.data?.state === 'present';
  return (
    <DetailDrawer
      open
      title={person.data ? `${person.data.name} ${login}` : login}
      onClose={onClose}
      width={720}
      actions={
        can && (
          <Space>
            <Button onClick={() => setAct('edit')}>{t('edit')}</Button>
            <Button onClick={() => setAct('handover')}>{t('handover')}</Button>
          </Space>
        )
      }
    >
      <QueryState query={person}>
        {(one) => (
          <>
            <Card person={one} />
            <Roles person={one} can={Boolean(can)} give={() => setAct('give')} end={(grant) => setAct({ end: grant })} />
            <WorkIds login={login} can={Boolean(can)} />
            {can && (
              <Space wrap style={{ marginTop: 16 }}>
                <Button onClick={() => setAct('reset')}>{t('reset')}</Button>
                {one.totp && <Button onClick={() => setAct('totp')}>{t('totpReset')}</Button>}
                <Button danger onClick={() => setAct('leave')}>
                  {t('leave')}
                </Button>
              </Space>
            )}
            <Actions
              person={one}
              again={async () => (await person.refetch()).data}
              roles={roles}
              act={act}
              onClose={() => setAct(undefined)}
              onChanged={onChanged}
            />
          </>
        )}
      </QueryState>
    </DetailDrawer>
  );
}

function Card({ person }: { person: Person }) {
  const t = useT('people');
  const may = usePermission('private.reveal');
  const reveal = async (reason: string) => {
    const params = { path: { login: person.login } };
    return (await answer(http.POST('/api/v1/people/{login}/private/reveal', { params, body: { kind: 'phone', reason } }))).value;
  };
  return (
    <Descriptions
      column={2}
      items={[
        { key: 'name', label: t('name'), children: person.name },
        {
          key: 'phone',
          label: t('phone'),
          children: person.phone ? <MaskedText label={t('phone')} masked={person.phone} reveal={may ? reveal : undefined} /> : t('unknown'),
        },
        { key: 'hours', label: t('dutyHours'), children: person.duty_hours || t('unknown') },
        {
          key: 'state',
          label: t('state'),
          children: (
            <Space wrap>
              <StatusTag tone={person.state === 'left' ? 'plain' : 'good'}>
                {person.left_at ? t('leftAt', { at: dateTime(person.left_at) }) : t('present')}
              </StatusTag>
              {person.locked_until_at && <StatusTag tone="warn">{t('locked', { at: dateTime(person.locked_until_at) })}</StatusTag>}
              {person.must_change && <StatusTag tone="info">{t('firstPassword')}</StatusTag>}
            </Space>
          ),
        },
      ]}
    />
  );
}

function Roles({ person, can, give, end }: { person: Person; can: boolean; give: () => void; end: (grant: Grant) => void }) {
  const t = useT('people');
  const me = useMe();
  return (
    <>
      <div style={{ display: 'flex', justifyContent: 'space-between', margin: '16px 0 8px' }}>
        <h2 style={{ margin: 0, fontSize: 16 }}>{t('roles')}</h2>
        {can && person.login !== me.login && <Button onClick={give}>{t('give')}</Button>}
      </div>
      <Table<Grant>
        aria-label={t('roles')}
        rowKey="id"
        size="small"
        pagination={false}
        dataSource={person.roles}
        columns={[
          { title: t('role'), dataIndex: 'title' },
          { title: t('over'), render: (_, row) => `${row.over_name}${row.over ? ` ${row.over}` : ''}` },
          { title: t('from'), dataIndex: 'from' },
          { title: t('to'), render: (_, row) => row.to ?? t('open') },
          {
            title: t('state'),
            render: (_, row) =>
              row.holds ? (
                <StatusTag tone="good">{t('holds')}</StatusTag>
              ) : (
                <StatusTag>{row.from > me.today ? t('future') : t('ended')}</StatusTag>
              ),
          },
          {
            title: t('end'),
            render: (_, row) =>
              can &&
              (row.to === null || row.to > me.today) && (
                <Button type="link" size="small" onClick={() => end(row)}>
                  {t('end')}
                </Button>
              ),
          },
        ]}
      />
    </>
  );
}

/** What changed on a card since it was read. */
function differences(seen: Person, now: Person, t: (key: 'name' | 'dutyHours' | 'phone') => string): FieldChange[] {
  const fields = [
    { name: t('name'), before: seen.name, after: now.name },
    { name: t('dutyHours'), before: seen.duty_hours, after: now.duty_hours },
    { name: t('phone'), before: seen.phone, after: now.phone },
  ];
  return fields.filter(({ before, after }) => before !== after);
}

interface ActionsProps {
  person: Person;
  /** Reads the person anew. */
  again: () => Promise<Person | undefined>;
  roles: Schema<'RoleView'>[];
  act: Act | undefined;
  onClose: () => void;
  onChanged: () => void;
}

function Actions({ person, again, roles, act, onClose, onChanged }: ActionsProps) {
  const t = useT('people');
  const me = useMe();
  const path = { login: person.login };
  const done = async (work: Promise<unknown>) => {
    await work;
    onChanged();
  };
  const stale = async (): Promise<FieldChange[]> => {
    const now = await again();
    return now ? differences(person, now, t) : [];
  };
  const end = typeof act === 'object' ? act.end : undefined;
  return (
    <>
      <ActionDrawer<{ name: string; duty_hours?: string; phone?: string }>
        open={act === 'edit'}
        title={t('edit')}
        verb={t('edit')}
        initial={{ name: person.name, duty_hours: person.duty_hours }}
        onClose={onClose}
        onStale={stale}
        onSubmit={({ name, duty_hours = '', phone }) =>
          done(
            http.PATCH('/api/v1/people/{login}', {
              params: { path, header: ifMatch(person.version) },
              body: { name, duty_hours, phone: phone?.trim() || null, reason: '' },
            }),
          )
        }
      >
        <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="duty_hours" label={t('dutyHours')}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="phone" label={t('newPhone')} extra={t('newPhoneHelp', { phone: person.phone || t('unknown') })}>
          <Input inputMode="tel" autoComplete="off" />
        </Form.Item>
      </ActionDrawer>
      <ActionDrawer<RoleValues>
        open={act === 'give'}
        title={t('give')}
        verb={t('give')}
        done={t('giveDone')}
        initial={{ from: dayjs(me.today) }}
        onClose={onClose}
        onSubmit={(values) => done(http.POST('/api/v1/people/{login}/roles', { params: { path }, body: grantOf(values) }))}
      >
        <RoleFields roles={roles} />
      </ActionDrawer>
      <ActionDrawer<{ on: Dayjs; reason: string }>
        open={end !== undefined}
        title={t('endTitle', { role: end?.title ?? '' })}
        verb={t('end')}
        danger
        initial={{ on: dayjs(me.today) }}
        onClose={onClose}
        onSubmit={({ on, reason }) =>
          done(
            http.POST('/api/v1/people/{login}/roles/{id}/end', {
              params: { path: { ...path, id: end?.id ?? '' } },
              body: { on: on.format('YYYY-MM-DD'), reason },
            }),
          )
        }
      >
        <Form.Item name="on" label={t('endOn')} rules={[{ required: true, message: t('required') }]}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
        <ReasonField />
      </ActionDrawer>
      <ActionDrawer<{ first_password: string; reason: string }>
        open={act === 'reset'}
        title={t('reset')}
        consequence={t('resetHelp')}
        verb={t('reset')}
        danger
        done={t('resetDone')}
        onClose={onClose}
        onSubmit={(body) => done(http.POST('/api/v1/people/{login}/password', { params: { path }, body }))}
      >
        <Form.Item
          name="first_password"
          label={t('password')}
          extra={t('passwordHelp')}
          rules={[{ required: true, min: 8, message: t('passwordHelp') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <ReasonField />
      </ActionDrawer>
      <ActionDrawer<{ reason: string }>
        open={act === 'totp'}
        title={t('totpReset')}
        consequence={t('totpResetHelp')}
        verb={t('totpReset')}
        danger
        onClose={onClose}
        onSubmit={(body) => done(http.POST('/api/v1/people/{login}/totp/reset', { params: { path }, body }))}
      >
        <ReasonField />
      </ActionDrawer>
      <ActionDrawer<{ reason: string }>
        open={act === 'leave'}
        title={t('leave')}
        consequence={t('leaveHelp')}
        verb={t('leave')}
        danger
        done={t('leaveDone')}
        onClose={onClose}
        onSubmit={(body) => done(http.POST('/api/v1/people/{login}/leave', { params: { path }, body }))}
      >
        <ReasonField />
      </ActionDrawer>
      {act === 'handover' && <Handover person={person} onClose={onClose} onChanged={onChanged} />}
    </>
  );
}
