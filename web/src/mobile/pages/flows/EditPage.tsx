import { useParams } from '@tanstack/react-router';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { Empty, Loaded, Page } from '../../kit';
import { Fill } from './Fill';

/** A draft, or one that came back, to be mended and sent. */
export default function EditPage() {
  const t = useT('flows');
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/applications/{id}', { params: { path: { id } } });
  const whole = query.data;
  const back = `/applications/${id}`;
  if (whole?.verbs.includes('save'))
    return (
      <Fill
        key={id}
        flow={whole.flow}
        back={back}
        kept={{ id, version: whole.head.version, form: whole.form, files: whole.files, names: whole.names }}
      />
    );
  return (
    <Page title={id} back={back}>
      <Loaded query={query} rows={5}>
        {() => <Empty title={t('notEditable')} help={t('notEditableHelp')} />}
      </Loaded>
    </Page>
  );
}
