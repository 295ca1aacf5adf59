import { DownloadOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useT } from '@/i18n';
import type { Params } from '@/shared/url';

/** Downloads a list as it is filtered, all rows of it. */
export function FileButton({ path, query }: { path: string; query: Params }) {
  const t = useT('analysis');
  const c = useT('common');
  const address = (format: string) => `${path}?${new URLSearchParams({ ...query, format }).toString()}`;
  return (
    <Dropdown
      menu={{
        items: ['xlsx', 'csv'].map((format) => ({
          key: format,
          label: (
            <a href={address(format)} download>
              {t(`file.${format as 'xlsx'}`)}
            </a>
          ),
        })),
      }}
    >
      <Button icon={<DownloadOutlined />}>{c('export')}</Button>
    </Dropdown>
  );
}
