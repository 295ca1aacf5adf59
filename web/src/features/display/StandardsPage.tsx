import { Button, Form, Input, Tabs } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { bring, refresh } from './data';
import { Photo, PhotoItem } from './parts';

type Sheet = Schema<'StandardSheet'>;
type Item = Schema<'StandardItem'>;

/** What items of checklists are compared with, as pictures. */
export default function StandardsPage() {
  const t = useT('display');
  const common = useT('common');
  const [url, change] = useUrl();
  const query = api.useQuery('get', '/api/v1/display/standards', {});
  return (
    <>
      <PageHead
        title={t('standardsTitle')}
        note={t('standardsNote')}
        actions={<Button onClick={() => print()}>{common('print')}</Button>}
      />
      <QueryState query={query} rows={12}>
        {(sheets) => (
          <Tabs
            activeKey={url.template ?? sheets[0]?.template}
            onChange={(template) => change({ template })}
            items={sheets.map((sheet) => ({
              key: sheet.template,
              label: `${sheet.name} v${sheet.version}`,
              children: <Items sheet={sheet} />,
            }))}
          />
        )}
      </QueryState>
    </>
  );
}

function Items({ sheet }: { sheet: Sheet }) {
  const t = useT('display');
  const may = usePermission('display.manage');
  const [setting, setSetting] = useState<Item>();
  return (
    <>
      <PlainTable label={sheet.name} maxHeight={640}>
        <thead>
          <tr>
            <th scope="col">{t('section')}</th>
            <th scope="col">{t('item')}</th>
            <th scope="col" className="num">
              {t('weight')}
            </th>
            <th scope="col">{t('standard')}</th>
            <th scope="col">{t('acts')}</th>
          </tr>
        </thead>
        <tbody>
          {sheet.items.map((item) => (
            <tr key={item.item}>
              <td>{item.section}</td>
              <td>
                {item.name} {item.veto && <StatusTag tone="bad">{t('veto')}</StatusTag>}
              </td>
              <td className="num">{item.weight}</td>
              <td>
                {item.pictures.length === 0
                  ? '—'
                  : item.pictures.map((picture) => (
                      <figure key={picture.outlet_type} style={{ display: 'inline-block', margin: 4 }}>
                        <Photo sha256={picture.sha256} label={`${item.name} ${picture.note}`} />
                        <figcaption className="muted">{picture.outlet_type || t('allTypes')}</figcaption>
                      </figure>
                    ))}
              </td>
              <td>
                {may ? (
                  <Button size="small" onClick={() => setSetting(item)}>
                    {t('setPicture')}
                  </Button>
                ) : (
                  '—'
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
      {setting && <Setting template={sheet.template} item={setting} onClose={() => setSetting(undefined)} />}
    </>
  );
}

function Setting({ template, item, onClose }: { template: string; item: Item; onClose: () => void }) {
  const t = useT('display');
  const [files, setFiles] = useState<File[]>([]);
  const submit = async (values: { outlet_type?: string; note?: string }) => {
    const sha256 = files[0] ? await bring(files[0]) : '';
    const body = { template, item: item.item, outlet_type: values.outlet_type?.trim() ?? '', sha256, note: values.note ?? '' };
    await answer(http.PUT('/api/v1/display/standards', { body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('setPicture')} · ${item.name}`}
      consequence={t('setPictureConsequence')}
      verb={t('setPicture')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <PhotoItem label={t('standard')} files={files} onChange={setFiles} />
      <Form.Item name="outlet_type" label={t('outletType')} extra={t('outletTypeHelp')}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="note" label={t('note')}>
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
