import { DeleteOutlined, StarOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Popover } from 'antd';
import { useState } from 'react';
import { answer, http } from '@/api/client';
import { useT } from '@/i18n';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';

interface Values {
  name: string;
}

/** The views one may open, and keeping this page as one. */
export function ViewsButton() {
  const t = useT('volume');
  const [saving, setSaving] = useState(false);
  const [open, setOpen] = useState(false);
  const cache = useQueryClient();
  const save = async ({ name }: Values) => {
    await answer(http.POST('/api/v1/views', { body: { name, address: location.pathname + location.search, shares: [] } }));
    await cache.invalidateQueries({ queryKey: ['views'] });
  };
  return (
    <>
      <Popover
        open={open}
        onOpenChange={setOpen}
        trigger="click"
        placement="bottomRight"
        content={open && <List onSave={() => setSaving(true)} onLeave={() => setOpen(false)} />}
      >
        <Button icon={<StarOutlined />}>{t('views')}</Button>
      </Popover>
      <ActionDrawer<Values>
        open={saving}
        title={t('saveView')}
        consequence={t('viewConsequence')}
        verb={t('saveView')}
        done={t('viewSaved')}
        onSubmit={save}
        onClose={() => setSaving(false)}
      >
        <Form.Item name="name" label={t('viewName')} rules={[{ required: true, whitespace: true, message: t('viewNameMissing') }]}>
          <Input maxLength={60} />
        </Form.Item>
      </ActionDrawer>
    </>
  );
}

function List({ onSave, onLeave }: { onSave: () => void; onLeave: () => void }) {
  const t = useT('volume');
  const cache = useQueryClient();
  const views = useQuery({ queryKey: ['views'], queryFn: () => answer(http.GET('/api/v1/views')) });
  const remove = async (id: string) => {
    await http.DELETE('/api/v1/views/{id}', { params: { path: { id } } });
    await cache.invalidateQueries({ queryKey: ['views'] });
  };
  return (
    <div style={{ minWidth: 260 }}>
      <QueryState query={views} rows={2}>
        {(found) => (
          <ul style={{ listStyle: 'none', margin: 0, padding: 0 }}>
            {found.length === 0 && <li className="muted">{t('viewNone')}</li>}
            {found.map((view) => (
              <li key={view.id}>
                <a href={view.address}>{view.name}</a>{' '}
                {view.own ? (
                  <Button
                    type="text"
                    size="small"
                    aria-label={t('viewDelete', { name: view.name })}
                    icon={<DeleteOutlined />}
                    onClick={() => void remove(view.id)}
                  />
                ) : (
                  <span className="muted small">{t('viewOf', { owner: view.owner })}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </QueryState>
      <Button
        type="link"
        style={{ paddingInline: 0 }}
        onClick={() => {
          onLeave();
          onSave();
        }}
      >
        {t('saveView')}
      </Button>
    </div>
  );
}
