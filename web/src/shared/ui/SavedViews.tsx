import { DeleteOutlined, EditOutlined, MailOutlined, StarOutlined } from '@ant-design/icons';
import { Link, useRouterState } from '@tanstack/react-router';
import { App, Button, Checkbox, Form, Input, Popover, Select, Tooltip } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import type { Question } from '@/shared/figures/ask';
import { parseSearch, stringifySearch, type Params } from '@/shared/url';
import { ActionDrawer } from './Drawers';
import { QueryState } from './QueryState';
import { MailDrawer } from './ViewMail';

type View = Schema<'FigureView'>;

interface Values {
  name: string;
  roles?: string[];
  people?: string[];
  take?: boolean;
}

/** What of an address is a moment and not a view: the page one is at, the record that is open, a job that runs. */
const MOMENTS = ['after', 'id', 'job'];

interface Props {
  /** Parameters that belong to the view and do not stand in the address, as hidden columns. */
  extra?: Params;
  /** What an address of this page asks of the metric catalogue; such a view can be sent by mail. */
  question?: (params: Params) => Question;
  /** A star without words, for the tools of a list. */
  small?: boolean;
}

/** The views of this page one may open, keeping the page as one, and whom it is shared with. */
export function ViewsButton({ extra = {}, question, small = false }: Props) {
  const t = useT('views');
  const [open, setOpen] = useState(false);
  const [editing, setEditing] = useState<View | 'new'>();
  const [mailed, setMailed] = useState<View>();
  const { pathname, search } = useRouterState({ select: ({ location }) => location });
  const shown = Object.entries({ ...(search as Params), ...extra }).filter(([name]) => !MOMENTS.includes(name));
  const address = pathname + stringifySearch(Object.fromEntries(shown));
  const edit = (view: View | 'new') => {
    setOpen(false);
    setEditing(view);
  };
  const mail =
    question &&
    ((view: View) => {
      setOpen(false);
      setMailed(view);
    });
  const button = small ? (
    <Button type="text" aria-label={t('title')} icon={<StarOutlined />} />
  ) : (
    <Button icon={<StarOutlined />}>{t('title')}</Button>
  );
  return (
    <>
      <Popover
        open={open}
        onOpenChange={setOpen}
        trigger="click"
        placement="bottomRight"
        destroyOnHidden
        content={<List path={pathname} onEdit={edit} onMail={mail} onLeave={() => setOpen(false)} />}
      >
        {small ? <Tooltip title={open ? undefined : t('title')}>{button}</Tooltip> : button}
      </Popover>
      {editing && <Edit view={editing} address={address} onClose={() => setEditing(undefined)} />}
      {mailed && question && (
        <MailDrawer
          view={mailed}
          question={question(parseSearch(mailed.address.split('?')[1] ?? ''))}
          onClose={() => setMailed(undefined)}
        />
      )}
    </>
  );
}

interface ListProps {
  path: string;
  onEdit: (view: View | 'new') => void;
  onMail?: (view: View) => void;
  onLeave: () => void;
}

function List({ path, onEdit, onMail, onLeave }: ListProps) {
  const t = useT('views');
  const { modal } = App.useApp();
  const views = api.useQuery('get', '/api/v1/views');
  const remove = (view: View) =>
    modal.confirm({
      title: t('delete', { name: view.name }),
      content: view.shares.length > 0 ? t('deleteShared') : undefined,
      okText: t('deleteVerb'),
      okButtonProps: { danger: true },
      onOk: async () => {
        await http.DELETE('/api/v1/views/{id}', { params: { path: { id: view.id } } });
        await views.refetch();
      },
    });
  return (
    <nav aria-label={t('title')} style={{ minWidth: 280 }}>
      <QueryState query={views} rows={2}>
        {(found) => {
          const here = found.filter((view) => view.address.split('?')[0] === path);
          return (
            <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {here.length === 0 && <li className="muted">{t('none')}</li>}
              {here.map((view) => {
                const [to, search] = view.address.split('?');
                return (
                  <li key={view.id} style={{ display: 'flex', alignItems: 'center', gap: 4, minHeight: 32 }}>
                    <Link to={to!} search={parseSearch(search ?? '') as never} onClick={onLeave} style={{ flex: 1 }}>
                      {view.name}
                    </Link>
                    {onMail && (
                      <Button
                        type="text"
                        size="small"
                        aria-label={t('mail', { name: view.name })}
                        icon={<MailOutlined />}
                        onClick={() => onMail(view)}
                      />
                    )}
                    {view.own ? (
                      <>
                        {view.shares.length > 0 && <span className="muted small">{t('shared', { count: view.shares.length })}</span>}
                        <Button
                          type="text"
                          size="small"
                          aria-label={t('edit', { name: view.name })}
                          icon={<EditOutlined />}
                          onClick={() => onEdit(view)}
                        />
                        <Button
                          type="text"
                          size="small"
                          aria-label={t('delete', { name: view.name })}
                          icon={<DeleteOutlined />}
                          onClick={() => remove(view)}
                        />
                      </>
                    ) : (
                      <span className="muted small">{t('of', { owner: view.owner_name })}</span>
                    )}
                  </li>
                );
              })}
            </ul>
          );
        }}
      </QueryState>
      <Button type="link" style={{ paddingInline: 0 }} onClick={() => onEdit('new')}>
        {t('save')}
      </Button>
    </nav>
  );
}

const codes = (view: View | undefined, kind: string) =>
  (view?.shares ?? []).filter((share) => share.kind === kind).map((share) => share.code);

function Edit({ view, address, onClose }: { view: View | 'new'; address: string; onClose: () => void }) {
  const t = useT('views');
  const me = useMe();
  const old = view === 'new' ? undefined : view;
  const roles = api.useQuery('get', '/api/v1/roles');
  const people = api.useQuery('get', '/api/v1/me/stand-ins');
  const submit = async ({ name, roles: shared = [], people: persons = [], take = false }: Values) => {
    const shares = [...shared.map((code) => ({ kind: 'role', code })), ...persons.map((code) => ({ kind: 'person', code }))];
    const body = { name, shares, address: old && !take ? old.address : address };
    if (old) {
      await answer(http.PUT('/api/v1/views/{id}', { params: { path: { id: old.id }, header: ifMatch(old.version) }, body }));
    } else {
      await answer(http.POST('/api/v1/views', { body }));
    }
    await queries.invalidateQueries({ queryKey: ['get', '/api/v1/views'] });
  };
  const colleagues = (people.data ?? []).filter((one) => one.login !== me.login);
  return (
    <ActionDrawer<Values>
      open
      title={old ? t('edit', { name: old.name }) : t('save')}
      consequence={t('consequence')}
      verb={t('saveVerb')}
      done={t('saved')}
      initial={{ name: old?.name, roles: codes(old, 'role'), people: codes(old, 'person'), take: false }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('nameMissing') }]}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="roles" label={t('shareRoles')}>
        <Select
          mode="multiple"
          allowClear
          loading={roles.isFetching}
          showSearch={{ optionFilterProp: 'label' }}
          options={(roles.data ?? []).map((role) => ({ value: role.id, label: role.title }))}
        />
      </Form.Item>
      <Form.Item name="people" label={t('sharePeople')}>
        <Select
          mode="multiple"
          allowClear
          loading={people.isFetching}
          showSearch={{ optionFilterProp: 'label' }}
          options={colleagues.map((one) => ({ value: one.login, label: `${one.name} ${one.login}` }))}
        />
      </Form.Item>
      {old && (
        <Form.Item name="take" valuePropName="checked">
          <Checkbox>{t('take')}</Checkbox>
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
