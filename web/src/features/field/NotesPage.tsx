import { Link } from '@tanstack/react-router';
import { Button, Input, Space, Tabs } from 'antd';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { saveCsv } from '@/shared/csv';
import { range } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';
import { photoAt } from './data';
import { OutletLink, SpanPick, useSpan } from './parts';

type Notes = Schema<'FieldNotes'>;

const KINDS = ['competitor', 'customer', 'market'] as const;

/** 市场信息: what competitors, customers and the market do, as visits noted it, read together. */
export default function NotesPage() {
  const t = useT('field');
  const common = useT('common');
  const label = useLabel('field');
  const [url, change] = useUrl();
  const span = useSpan(6);
  const query = api.useQuery('get', '/api/v1/field/notes', { params: { query: { from: span.from, to: span.to } } });
  const of = (kind: string) => query.data?.kinds.find((one) => one.kind === kind)?.notes;
  const said = url.q?.trim() ?? '';
  const rows = (query.data?.rows ?? []).filter(
    (row) =>
      (!url.kind || row.kind === url.kind) &&
      [row.text, row.outlet_name, row.territory_name, row.manager_name].some((words) => words.includes(said)),
  );
  return (
    <>
      <PageHead
        title={t('digest')}
        note={range(span.from, span.to)}
        actions={
          <Space wrap>
            <Input.Search
              aria-label={t('searchNotes')}
              placeholder={t('searchNotes')}
              allowClear
              defaultValue={said}
              onSearch={(q) => change({ q: q.trim() || undefined })}
            />
            <SpanPick from={span.from} to={span.to} onChange={span.pick} />
            <Button disabled={rows.length === 0} onClick={() => exported(rows, t, label, span)}>
              {common('export')}
            </Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <Tabs
        activeKey={url.kind ?? ''}
        onChange={(kind) => change({ kind: kind || undefined })}
        items={[
          { key: '', label: common('all') },
          ...KINDS.map((key) => ({ key, label: `${t(`noteKinds.${key}`)} ${of(key) ?? ''}`.trim() })),
        ]}
      />
      <QueryState query={query} rows={10}>
        {() =>
          rows.length === 0 ? (
            <EmptyBox title={t('noNotes')} help={t('noNotesHelp')} />
          ) : (
            KINDS.map((kind) => {
              const own = rows.filter((row) => row.kind === kind);
              return own.length > 0 && <Kind key={kind} title={`${t(`noteKinds.${kind}`)} ${own.length}`} rows={own} />;
            })
          )
        }
      </QueryState>
    </>
  );
}

function Kind({ title, rows }: { title: string; rows: Notes['rows'] }) {
  const t = useT('field');
  return (
    <Block title={title}>
      <PlainTable label={title} heads={[t('day'), t('outlet'), t('area'), t('content'), t('photos'), t('manager')]}>
        <tbody>
          {rows.map((row, at) => (
            <tr key={`${row.visit} ${at}`}>
              <td style={{ whiteSpace: 'nowrap' }}>
                <Link
                  to="/field/visits/$id"
                  params={{ id: row.visit } as never}
                  aria-label={t('visitOf', { outlet: row.outlet_name, day: row.day })}
                >
                  {row.day}
                </Link>
              </td>
              <th scope="row">
                <OutletLink code={row.outlet} name={row.outlet_name} />
              </th>
              <td>{row.territory_name}</td>
              <td>{row.text}</td>
              <td>
                {row.photos.map((sha256, place) => (
                  <a
                    key={sha256}
                    href={photoAt(row.visit, sha256)}
                    target="_blank"
                    rel="noreferrer"
                    aria-label={t('photoOpen', { number: place + 1 })}
                  >
                    {`${place + 1} `}
                  </a>
                ))}
              </td>
              <td>{row.manager_name}</td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Block>
  );
}

function exported(
  rows: Notes['rows'],
  t: ReturnType<typeof useT<'field'>>,
  label: ReturnType<typeof useLabel<'field'>>,
  span: { from: string; to: string },
) {
  const head = ['day', 'noteKind', 'outletCode', 'outlet', 'area', 'content', 'manager'] as const;
  const lines = rows.map((row) => [
    row.day,
    label('noteKinds', row.kind),
    row.outlet,
    row.outlet_name,
    row.territory_name,
    row.text,
    row.manager_name,
  ]);
  saveCsv([head.map((key) => t(key)), ...lines], `${t('digest')} ${span.from} ${span.to}`);
}
