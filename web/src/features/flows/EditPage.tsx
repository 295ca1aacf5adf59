import { useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Fill } from './Fill';

/** A draft, or one that came back, to be mended and sent. */
export default function EditPage() {
  const t = useT('flows');
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/applications/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) =>
        whole.verbs.includes('save') ? (
          <Fill
            key={id}
            flow={whole.flow}
            title={whole.flow.title}
            kept={{ id, version: whole.head.version, form: whole.form, files: whole.files, names: whole.names }}
          />
        ) : (
          <>
            <PageHead title={`${whole.flow.title} ${id}`} />
            <EmptyBox
              title={t('notEditable')}
              help={t('notEditableHelp')}
              action={<Button href={`/applications/${id}`}>{t('toRecord')}</Button>}
            />
          </>
        )
      }
    </QueryState>
  );
}
