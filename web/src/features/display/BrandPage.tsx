import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { bring, refresh } from './data';
import { useRequired } from './fields';
import { Photo, PhotoItem } from './parts';

type Book = Schema<'BrandBook'>;

const TONES = { coming: 'info', current: 'good', past: 'plain' } as const;

/** The brand book: what holds, and what held. */
export default function BrandPage() {
  const t = useT('displayPlans');
  const common = useT('common');
  const may = usePermission('display.manage');
  const [setting, setSetting] = useState(false);
  const query = api.useQuery('get', '/api/v1/display/brand', {});
  const newest = query.data?.[0];
  return (
    <>
      <PageHead
        title={t('brandTitle')}
        note={t('brandNote')}
        actions={
          <>
            {may && (
              <Button type="primary" onClick={() => setSetting(true)}>
                {t('setBrand')}
              </Button>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <QueryState query={query} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('noBrand')} />}>
        {(rows) => (
          <>
            {rows
              .filter((row) => row.state === 'current')
              .map((row) => (
                <Current key={row.version} book={row} />
              ))}
            <Versions rows={rows} />
          </>
        )}
      </QueryState>
      {setting && <Setting book={newest} onClose={() => setSetting(false)} />}
    </>
  );
}

function Current({ book }: { book: Book }) {
  const t = useT('displayPlans');
  return (
    <Block title={`${t('brandStates.current')} v${book.version}`}>
      <dl className="figures">
        <div>
          <dt>{t('brandName')}</dt>
          <dd>{book.name}</dd>
        </div>
        <div>
          <dt>{t('brandFrom')}</dt>
          <dd>{book.from}</dd>
        </div>
      </dl>
      <Photo sha256={book.logo} label={t('logo')} />
      <h3>{t('logoUse')}</h3>
      <p style={{ whiteSpace: 'pre-wrap' }}>{book.usage}</p>
      <h3>{t('wording')}</h3>
      <p style={{ whiteSpace: 'pre-wrap' }}>{book.wording}</p>
    </Block>
  );
}

function Versions({ rows }: { rows: readonly Book[] }) {
  const t = useT('displayPlans');
  const label = useLabel('displayPlans');
  return (
    <div style={{ marginTop: 12 }}>
      <Block title={t('versions')}>
        <PlainTable
          label={t('versions')}
          heads={[{ num: t('versionNumber') }, t('state'), t('brandName'), t('wording'), t('brandFrom'), t('reason'), t('madeBy')]}
        >
          <tbody>
            {rows.map((row) => (
              <tr key={row.version}>
                <td className="num">{row.version}</td>
                <td>
                  <StatusTag tone={TONES[row.state as keyof typeof TONES]}>{label('brandStates', row.state)}</StatusTag>
                </td>
                <td>{row.name}</td>
                <td>{row.wording}</td>
                <td>{row.from}</td>
                <td>{row.reason}</td>
                <td>{row.who}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      </Block>
    </div>
  );
}

interface Values {
  name: string;
  wording: string;
  usage: string;
  from: string;
  reason: string;
}

function Setting({ book, onClose }: { book: Book | undefined; onClose: () => void }) {
  const t = useT('displayPlans');
  const [files, setFiles] = useState<File[]>([]);
  const required = useRequired();
  const seen = book?.version ?? 0;
  const submit = async (values: Values) => {
    const logo = files[0] ? await bring(files[0]) : (book?.logo ?? '');
    const params = { header: ifMatch(seen) };
    await answer(http.POST('/api/v1/display/brand', { params, headers: ifMatch(seen), body: { ...values, logo } }));
    await refresh();
  };
  return (
    <ActionDrawer<Values>
      open
      width={520}
      title={t('setBrand')}
      consequence={t('setBrandConsequence')}
      verb={t('setBrand')}
      done={t('done')}
      initial={book && { name: book.name, wording: book.wording, usage: book.usage }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('brandName')} rules={required}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <PhotoItem label={t('logo')} files={files} onChange={setFiles} />
      <Form.Item name="usage" label={t('logoUse')} rules={required}>
        <Input.TextArea rows={4} maxLength={4000} />
      </Form.Item>
      <Form.Item name="wording" label={t('wording')} rules={required}>
        <Input.TextArea rows={4} maxLength={4000} />
      </Form.Item>
      <Form.Item name="from" label={t('brandFrom')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={required}>
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
