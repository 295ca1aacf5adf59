// One version of a flow as it is or was used: what it says as forms and as a text, its steps, its examples.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Button, Tabs } from 'antd';
import { answer, api, http } from '@/api/client';
import { useT } from '@/i18n';
import { saveBlob } from '@/shared/csv';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';
import { useBeginNow } from './begin';
import { Examples } from './Findings';
import { FormView } from './FormView';
import type { Check } from './labels';
import { Picture, useTitles } from './Picture';
import { TryOut } from './TryOut';

const still = () => undefined;

export default function VersionPage() {
  const t = useT('flowDesign');
  const { flow = '', version = '' } = useParams({ strict: false }) as { flow?: string; version?: string };
  const path = { flow, version: Number(version) };
  const mayDefine = usePermission('flow.define');
  const begin = useBeginNow();
  const query = useQuery({
    queryKey: ['flow-definition', flow, version],
    queryFn: () => answer(http.GET('/api/v1/flow-definitions/{flow}/{version}', { params: { path } })),
  });
  return (
    <QueryState query={query} rows={12}>
      {(found) => (
        <>
          <PageHead
            title={`${found.title} ${t('versionN', { version: found.version })}`}
            note={<code>{found.flow}</code>}
            actions={
              <>
                <Button onClick={() => saveBlob(new Blob([found.text], { type: 'application/toml' }), `${flow}-v${version}.toml`)}>
                  {t('export')}
                </Button>
                <Button
                  type="primary"
                  disabled={!mayDefine}
                  title={mayDefine ? undefined : t('noDefine')}
                  onClick={() => void begin({ text: '', ...path })}
                >
                  {t('newVersion')}
                </Button>
              </>
            }
          />
          <Parts check={found.check} text={found.text} />
        </>
      )}
    </QueryState>
  );
}

function Parts({ check, text }: { check: Check; text: string }) {
  const t = useT('flowDesign');
  const [url, change] = useUrl();
  const words = api.useQuery('get', '/api/v1/flow-words', {}, { staleTime: Infinity }).data;
  const doc = check.document;
  const title = useTitles(doc);
  if (!doc) return <EmptyBox title={t('broken')} />;
  return (
    <div className="grid">
      <Block title={t('picture')} width={4}>
        <Picture doc={doc} words={words} />
      </Block>
      <section className="block w8" aria-label={t('definition')}>
        <div className="body">
          <Tabs
            activeKey={url.tab ?? 'form'}
            onChange={(tab) => change({ tab }, { replace: true })}
            items={[
              { key: 'form', label: t('viewForm'), children: <FormView doc={doc} words={words} readOnly onChange={still} /> },
              {
                key: 'text',
                label: t('viewText'),
                children: (
                  <pre className="policy-text" tabIndex={0} aria-label={t('editor')}>
                    {text}
                  </pre>
                ),
              },
              { key: 'examples', label: t('tab.examples'), children: <Examples check={check} titles={title} /> },
              { key: 'try', label: t('tab.try'), children: <TryOut doc={doc} words={words} text={() => Promise.resolve(text)} /> },
            ]}
          />
        </div>
      </section>
    </div>
  );
}
