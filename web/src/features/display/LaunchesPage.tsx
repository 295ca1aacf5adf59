import { Button, Checkbox, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, onceHeader } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { bring, refresh, type Launch, type LaunchTask } from './data';
import { AreaItem, OutletsPick, ProductItem, useCatalogue, useRequired } from './fields';
import { Photo, PhotoItem } from './parts';

/** Launches of new products, and what is still to be placed. */
export default function LaunchesPage() {
  const t = useT('displayPlans');
  const common = useT('common');
  const may = usePermission('display.manage');
  const [url, change] = useUrl();
  const [making, setMaking] = useState(false);
  const [closing, setClosing] = useState<Launch>();
  const query = api.useQuery('get', '/api/v1/display/launches', {});
  return (
    <>
      <PageHead
        title={t('launchesTitle')}
        actions={
          <>
            {may && (
              <Button type="primary" onClick={() => setMaking(true)}>
                {t('launch')}
              </Button>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Block title={t('launchesTitle')}>
        <QueryState
          query={query}
          empty={(rows) => rows.length === 0}
          whenEmpty={<EmptyBox title={t('noLaunches')} help={t('noLaunchesHelp')} />}
        >
          {(rows) => <Launches rows={rows} may={may} chosen={url.id} onChoose={(id) => change({ id })} onEnd={setClosing} />}
        </QueryState>
      </Block>
      <Tasks
        launch={url.id}
        owner={url.owner}
        open={url.open === 'true'}
        onOpen={(open) => change({ open: open ? 'true' : undefined })}
        may={may}
      />
      {making && <Making onClose={() => setMaking(false)} />}
      {closing && <Closing launch={closing} onClose={() => setClosing(undefined)} />}
    </>
  );
}

interface LaunchesProps {
  rows: readonly Launch[];
  may: boolean;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  onEnd: (launch: Launch) => void;
}

function Launches({ rows, may, chosen, onChoose, onEnd }: LaunchesProps) {
  const t = useT('displayPlans');
  const label = useLabel('displayPlans');
  return (
    <PlainTable
      label={t('launchesTitle')}
      heads={[
        t('launchName'),
        t('product'),
        t('area'),
        t('pieces'),
        t('dueOn'),
        t('state'),
        { num: t('planned') },
        { num: t('placed') },
        { acts: t('acts') },
      ]}
    >
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} aria-current={row.id === chosen || undefined}>
            <td>
              <Button type="link" size="small" onClick={() => onChoose(row.id)}>
                {row.name}
              </Button>
            </td>
            <td>{row.product_name}</td>
            <td>{row.territory_name}</td>
            <td>{row.pieces.map((piece) => `${piece.place_name} ${piece.material_name}`).join('；')}</td>
            <td>
              {row.due_on} {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
            </td>
            <td>
              <StatusTag tone={row.state === 'open' ? 'info' : 'plain'}>{label('launches', row.state)}</StatusTag> {row.note}
            </td>
            <td className="num">{row.planned}</td>
            <td className="num">
              {row.placed} {row.share !== null && `(${(row.share / 100).toFixed(1)} %)`}
            </td>
            <td className="no-print">
              {may && row.state === 'open' ? (
                <Button size="small" onClick={() => onEnd(row)}>
                  {t('close')}
                </Button>
              ) : (
                '—'
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface TasksProps {
  launch: string | undefined;
  owner: string | undefined;
  open: boolean;
  onOpen: (open: boolean) => void;
  may: boolean;
}

function Tasks({ launch, owner, open, onOpen, may }: TasksProps) {
  const t = useT('displayPlans');
  const [doing, setDoing] = useState<LaunchTask>();
  const asked = { params: { query: { launch, owner, open: open || undefined } } };
  const query = api.useQuery('get', '/api/v1/display/launch-tasks', asked);
  return (
    <div style={{ marginTop: 12 }}>
      <Block
        title={t('tasksTitle')}
        extra={
          <Checkbox checked={open} onChange={(event) => onOpen(event.target.checked)}>
            {t('onlyOpen')}
          </Checkbox>
        }
      >
        <QueryState query={query} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('noTasks')} />}>
          {(rows) => (
            <PlainTable
              label={t('tasksTitle')}
              maxHeight={560}
              heads={[t('launchName'), t('outlet'), t('place'), t('material'), t('owner'), t('dueOn'), t('state'), t('photo')]}
            >
              <tbody>
                {rows.map((row) => (
                  <tr key={`${row.launch} ${row.outlet} ${row.place}`}>
                    <td>{row.name}</td>
                    <td>
                      {row.outlet_name} {row.outlet}
                    </td>
                    <td>{row.place_name}</td>
                    <td>{row.material_name}</td>
                    <td>{row.owner}</td>
                    <td>
                      {row.due_on} {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
                    </td>
                    <td>
                      {row.state === 'done' ? (
                        <StatusTag tone="good">{t('tasks.done')}</StatusTag>
                      ) : may ? (
                        <Button size="small" onClick={() => setDoing(row)}>
                          {t('notePlaced')}
                        </Button>
                      ) : (
                        <StatusTag tone="warn">{t('tasks.open')}</StatusTag>
                      )}
                    </td>
                    <td>
                      <Photo sha256={row.photo} label={`${row.outlet_name} ${row.place_name}`} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </PlainTable>
          )}
        </QueryState>
      </Block>
      {doing && <Placing task={doing} onClose={() => setDoing(undefined)} />}
    </div>
  );
}

function Placing({ task, onClose }: { task: LaunchTask; onClose: () => void }) {
  const t = useT('displayPlans');
  const [files, setFiles] = useState<File[]>([]);
  const submit = async () => {
    const photo = files[0] ? await bring(files[0]) : '';
    const body = { outlet: task.outlet, place: task.place, photo };
    await answer(http.POST('/api/v1/display/launches/{id}/placed', { params: { path: { id: task.launch } }, body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('notePlaced')} · ${task.outlet_name}`}
      consequence={t('notePlacedConsequence')}
      verb={t('notePlaced')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <PhotoItem label={t('photo')} files={files} onChange={setFiles} />
    </ActionDrawer>
  );
}

function Closing({ launch, onClose }: { launch: Launch; onClose: () => void }) {
  const t = useT('displayPlans');
  const submit = async ({ reason }: { reason: string }) => {
    const params = { path: { id: launch.id }, header: ifMatch(launch.version) };
    await answer(http.POST('/api/v1/display/launches/{id}/close', { params, headers: ifMatch(launch.version), body: { reason } }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('close')} · ${launch.name}`}
      consequence={t('closeConsequence')}
      verb={t('close')}
      danger
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="reason" label={t('reason')} rules={useRequired()}>
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}

interface Values {
  product: string;
  name: string;
  territory: string;
  due_on: string;
  outlets: string[];
  pieces: { material?: string; place?: string }[];
}

function Making({ onClose }: { onClose: () => void }) {
  const t = useT('displayPlans');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Values>();
  const required = useRequired();
  const { materials, placesOf } = useCatalogue();
  const pieces = Form.useWatch('pieces', form);
  const submit = async (values: Values) => {
    const sent = values.pieces.map((piece) => ({ material: piece.material ?? '', place: piece.place ?? '' }));
    const body = { ...values, pieces: sent };
    const once = key(body);
    await answer(
      http.POST('/api/v1/display/launches', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }),
    );
    await refresh();
  };
  return (
    <ActionDrawer<Values>
      open
      width={600}
      form={form}
      title={t('launch')}
      consequence={t('launchConsequence')}
      verb={t('launch')}
      done={t('done')}
      initial={{ pieces: [{}] }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('launchName')} rules={required}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <ProductItem />
      <AreaItem />
      <Form.Item name="due_on" label={t('dueOn')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="outlets" label={t('outlets')} rules={required}>
        <OutletsPick />
      </Form.Item>
      <Form.List name="pieces">
        {(fields, { add, remove }) => (
          <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
            <legend>{t('pieces')}</legend>
            {fields.map(({ key: at, name }) => (
              <Space key={at} align="start" style={{ display: 'flex' }} wrap>
                <Form.Item name={[name, 'material']} label={t('material')} rules={required} style={{ width: 180 }}>
                  <Select options={materials} showSearch={{ optionFilterProp: 'label' }} />
                </Form.Item>
                <Form.Item name={[name, 'place']} label={t('place')} rules={required} style={{ width: 260 }}>
                  <Select options={placesOf(pieces?.[name]?.material)} showSearch={{ optionFilterProp: 'label' }} />
                </Form.Item>
                {fields.length > 1 && (
                  <Button style={{ marginTop: 30 }} onClick={() => remove(name)}>
                    {t('removeLine')}
                  </Button>
                )}
              </Space>
            ))}
            <Button onClick={() => add({})}>{t('addLine')}</Button>
          </fieldset>
        )}
      </Form.List>
    </ActionDrawer>
  );
}
