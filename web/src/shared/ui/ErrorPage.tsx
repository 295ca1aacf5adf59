import { Button, Space } from 'antd';
import { useT } from '@/i18n';
import { usePermissionName } from '@/shared/permissions';
import { PageHead } from './PageHead';
import { EmptyBox, ErrorBox } from './QueryState';
import { ApiError } from '@/api/errors';

/** A page that failed whole: a lazy part after a release, or a mistake of ours. */
export function ErrorPage({ error }: { error: unknown }) {
  const t = useT('common');
  if (error instanceof ApiError) return <ErrorBox error={error} onRetry={() => location.reload()} />;
  return (
    <div className="page">
      <PageHead title={t('state.pageBroken')} />
      <EmptyBox
        title={t('state.pageBroken')}
        help={t('state.pageBrokenHelp')}
        action={
          <Button type="primary" onClick={() => location.reload()}>
            {t('reload')}
          </Button>
        }
      />
    </div>
  );
}

export function MissingPage() {
  const t = useT('common');
  return (
    <div className="page">
      <PageHead title={t('state.pageMissing')} />
      <EmptyBox
        title={t('state.pageMissing')}
        help={t('state.pageMissingHelp')}
        action={
          <Space>
            <Button onClick={() => history.back()}>{t('back')}</Button>
            <Button type="primary" href="/">
              {t('home')}
            </Button>
          </Space>
        }
      />
    </div>
  );
}

/** Opened by somebody who may not. */
export function ForbiddenPage({ permissions }: { permissions: readonly string[] }) {
  const t = useT('common');
  const name = usePermissionName();
  const words = permissions.map((one) => name(one)).join(' / ');
  return (
    <div className="page">
      <PageHead title={t('state.forbidden')} />
      <EmptyBox title={t('state.forbidden')} help={t('state.noPermission', { permission: words })} />
    </div>
  );
}
