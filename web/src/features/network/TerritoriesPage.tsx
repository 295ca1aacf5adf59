import { DownloadOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Alert, Breadcrumb, Button, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { api, queries, upload, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count, percent } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { Upload } from '@/shared/ui/Upload';
import { useUrl } from '@/shared/url';

type Tree = Schema<'TerritoryTree'>;
type Level = Schema<'TreeLevel'>;
type LevelName = 'province' | 'city' | 'county' | 'township' | 'village';
type KindName = 'province' | 'city' | 'prefecture' | 'district' | 'county_city' | 'county' | 'street' | 'town' | 'rural' | 'other';
const MOST_BYTES = 2 << 20;

/** The division tree: units of each level there truly are, those with an open outlet, and the parts of the division shown. */
export default function TerritoriesPage() {
  const t = useT('network');
  const [url, change] = useUrl();
  const manage = usePermission('parameter.manage');
  const [giving, setGiving] = useState(false);
  const query = api.useQuery(
    'get',
    '/api/v1/network/territories',
    { params: { query: { area: url.area, day: url.day } } },
    { placeholderData: (before) => before },
  );
  const open = (area: string) => change({ area: area || 'country' });
  return (
    <>
      <PageHead
        title={t('tree.title')}
        note={query.data && t('tree.on', { day: query.data.day })}
        actions={
          <Space wrap>
            {query.data && query.data.parts.length > 0 && (
              <Button
                icon={<DownloadOutlined />}
                href={`/api/v1/network/territories/file?area=${query.data.area || 'country'}&day=${query.data.day}`}
              >
                {t('tree.export')}
              </Button>
            )}
            <Button disabled={!manage} title={manage ? undefined : t('tree.noManage')} onClick={() => setGiving(true)}>
              {t('tree.give')}
            </Button>
          </Space>
        }
      />
      <QueryState query={query} rows={10}>
        {(tree) => (
          <>
            <Levels tree={tree} onOpen={open} />
            <Parts tree={tree} onOpen={open} />
          </>
        )}
      </QueryState>
      <Give open={giving} onClose={() => setGiving(false)} />
    </>
  );
}

function Levels({ tree, onOpen }: { tree: Tree; onOpen: (area: string) => void }) {
  const t = useT('network');
  const steps = [{ code: '', name: t('country') }, ...tree.path];
  return (
    <Block
      title={tree.area ? tree.name : t('country')}
      extra={
        <Breadcrumb
          items={steps.map((step) => ({
            key: step.code,
            title:
              step.code === tree.area ? (
                step.name
              ) : (
                <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onOpen(step.code)}>
                  {step.name}
                </Button>
              ),
          }))}
        />
      }
    >
      {!tree.all_seen && <Alert type="info" showIcon title={t('tree.own')} style={{ marginBottom: 12 }} />}
      {tree.levels.length === 0 ? (
        <p>{t('tree.bottom')}</p>
      ) : (
        <PlainTable
          label={t('tree.levels')}
          heads={[
            t('tree.level'),
            { num: t('tree.units') },
            { num: t('tree.covered') },
            { num: t('tree.share') },
            t('tree.kinds'),
            t('tree.asOf'),
            t('tree.source'),
          ]}
        >
          <tbody>
            {tree.levels.map((level) => (
              <tr key={level.level}>
                <th scope="row">{t(`tree.names.${level.level as LevelName}`)}</th>
                <td className="num">{level.units === null ? t('tree.unknown') : count(level.units)}</td>
                <td className="num">
                  {count(level.covered)}
                  {level.unplaced > 0 && <div className="muted">{t('tree.unplaced', { shown: count(level.unplaced) })}</div>}
                </td>
                <td className="num">{share(level)}</td>
                <td>
                  {Object.entries(level.kinds)
                    .map(([kind, units]) => `${t(`tree.kindNames.${kind as KindName}`)} ${count(units)}`)
                    .join(t('tree.comma'))}
                </td>
                <td>{level.as_of ?? ''}</td>
                <td>
                  {level.units === null ? '' : level.source || t('tree.listed')}
                  {!level.whole && <div className="muted">{t('tree.partly')}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </Block>
  );
}

const share = (level: Level) => (level.share_ppm === null || !level.whole ? '—' : percent(level.share_ppm / 1_000_000));

function Parts({ tree, onOpen }: { tree: Tree; onOpen: (area: string) => void }) {
  const t = useT('network');
  const below = tree.parts[0]?.levels.map((level) => level.level as LevelName) ?? [];
  if (tree.parts.length === 0) return null;
  return (
    <Block title={t('tree.parts', { shown: count(tree.parts.length) })}>
      <PlainTable label={t('tree.parts', { shown: count(tree.parts.length) })}>
        <thead>
          <tr>
            <th scope="col">{t('area')}</th>
            <th scope="col" className="num">
              {t('outletCount')}
            </th>
            {below.map((level) => (
              <th key={level} scope="col" className="num">
                {t('tree.of', { level: t(`tree.names.${level}`) })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tree.parts.map((part) => (
            <tr key={part.code}>
              <th scope="row">
                {part.opens ? (
                  <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onOpen(part.code)}>
                    {part.name}
                  </Button>
                ) : (
                  part.name
                )}
              </th>
              <td className="num">
                <Link to="/outlets" search={{ territory: part.code } as never}>
                  {count(part.outlets)}
                </Link>
              </td>
              {part.levels.map((level) => (
                <td key={level.level} className="num">
                  {count(level.covered)} / {level.units === null ? t('tree.unknown') : count(level.units)}
                  <span className="muted"> {share(level)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Block>
  );
}

/** Says how many units there are, from a file. */
function Give({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useT('network');
  const [files, setFiles] = useState<File[]>([]);
  return (
    <ActionDrawer<{ reason: string }>
      open={open}
      title={t('tree.give')}
      consequence={t('tree.giveHelp')}
      verb={t('tree.give')}
      done={t('tree.given')}
      blocked={files.length === 0 ? t('tree.chooseFile') : undefined}
      onClose={onClose}
      onSubmit={async ({ reason }) => {
        const [file] = files;
        if (!file) return;
        await upload(`/api/v1/network/universe/file?name=${encodeURIComponent(reason)}`, file, {
          'Content-Type': 'application/octet-stream',
        });
        setFiles([]);
        await queries.invalidateQueries();
      }}
    >
      <Form.Item label={t('tree.file')}>
        <Upload accept=".csv,.xlsx" limit={MOST_BYTES} hint={t('tree.fileHint')} files={files} onChange={setFiles} />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('tree.reason')}
        rules={[{ required: true, min: 2, whitespace: true, message: t('tree.reasonMissing') }]}
      >
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
    </ActionDrawer>
  );
}
