import { DownloadOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useT } from '@/i18n';
import { stringifySearch, type Params } from '@/shared/url';

/** Downloads a list as it is filtered, all rows of it. */
export function FileButton({ path, query }: { path: string; query: Params }) {
  const t = useT('downloads');
  const c = useT('common');
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'xlsx', label: t('xlsx') },
          { key: 'csv', label: t('csv') },
        ],
        // The answer is a file to keep: the page stays where it is.
        onClick: ({ key }) => location.assign(`${path}${stringifySearch({ ...query, format: key })}`),
      }}
    >
      <Button icon={<DownloadOutlined />}>{c('export')}</Button>
    </Dropdown>
  );
}
