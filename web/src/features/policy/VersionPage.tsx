// One version: its text beside what it says in plain words, tables, examples, and what it changed.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Button, Tabs } from 'antd';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { DiffView } from '@/shared/ui/DiffView';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { Examples, Words } from './CheckPanel';
import { useBegin } from './PoliciesPage';
import { TierTables } from './Tiers';
import { TONES } from './labels';

export default function VersionPage() {
  const t = useT('policy');
  const tc = useT('common');
  const label = useLabel('policy');
  const { name = '', version = '' } = useParams({ strict: false }) as { name?: string; version?: string };
  const [url, change] = useUrl();
  const mayDraft = usePermission('policy.draft');
  const begin = useBegin();
  const path = { name, version: Number(version) };
  const query = useQuery({
    queryKey: ['policy', name, version],
    queryFn: () => answer(http.GET('/api/v1/policies/{name}/{version}', { params: { path } })),
  });
  return (
    <QueryState query={query} rows={12}>
      {({ head, text, check }) => (
        <>
          <PageHead
            title={`${head.title || name} ${t('versionN', { version: head.version })}`}
            note={
              <>
                <StatusTag tone={TONES[head.state]}>{label('state', head.state)}</StatusTag> {head.from} – {head.last ?? t('open')} ·{' '}
                {t('hash')} <code>{head.hash.slice(0, 12)}</code>
              </>
            }
            actions={
              <>
                <Button onClick={() => print()}>{tc('print')}</Button>
                <Button
                  type="primary"
                  disabled={!mayDraft}
                  title={mayDraft ? undefined : t('noDraftRight')}
                  onClick={() => void begin({ policy: name, version: head.version })}
                >
                  {t('newVersion')}
                </Button>
              </>
            }
          />
          <Tabs
            activeKey={url.tab ?? 'text'}
            onChange={(tab) => change({ tab }, { replace: true })}
            items={[
              {
                key: 'text',
                label: t('tab.text'),
                children: (
                  <div className="grid">
                    <Block title={t('tab.text')} width={6}>
                      <pre className="policy-text" tabIndex={0} aria-label={t('editor')}>
                        {text}
                      </pre>
                    </Block>
                    <Block title={t('tab.document')} width={6}>
                      <Words document={check.document} />
                    </Block>
                  </div>
                ),
              },
              { key: 'tiers', label: t('tab.tiers'), children: <TierTables ladders={check.ladders} /> },
              { key: 'examples', label: t('tab.examples'), children: <Examples check={check} /> },
              { key: 'changes', label: t('tab.changes'), children: <Changes path={path} /> },
            ]}
          />
        </>
      )}
    </QueryState>
  );
}

function Changes({ path }: { path: { name: string; version: number } }) {
  const t = useT('policy');
  const query = useQuery({
    queryKey: ['policy', path.name, path.version, 'changes'],
    queryFn: () => answer(http.GET('/api/v1/policies/{name}/{version}/changes', { params: { path, query: {} } })),
  });
  return (
    <QueryState query={query}>
      {(found) =>
        found.from === null ? (
          <p className="muted">{t('first')}</p>
        ) : (
          <div className="grid">
            <Block title={`${t('meaning')} · ${t('changeOf', { version: found.from })}`}>
              <Meaning changes={found.changes} />
            </Block>
            <Block title={t('lines')}>
              <DiffView before={found.before} after={found.after} label={t('lines')} />
            </Block>
          </div>
        )
      }
    </QueryState>
  );
}

function Meaning({ changes }: { changes: Schema<'ChangeView'>[] }) {
  const t = useT('policy');
  const tc = useT('common');
  const label = useLabel('policy');
  if (changes.length === 0) return <p className="muted">{t('noChanges')}</p>;
  const lines = (words: string[]) => (words.length > 0 ? words.map((line) => <div key={line}>{line}</div>) : '—');
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{tc('diff.field')}</th>
          <th scope="col">{tc('diff.before')}</th>
          <th scope="col">{tc('diff.after')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((one) => (
          <tr key={`${one.kind}/${one.name}`}>
            <th scope="row">
              {label('changeKind', one.kind)} {one.kind === 'head' ? '' : one.title || one.name}
            </th>
            <td>{lines(one.before)}</td>
            <td>{lines(one.after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
