import { Tabs } from 'antd';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { useUrl } from '@/shared/url';
import { Holders } from './Holders';
import { Levels } from './Levels';
import { NearLimits } from './NearLimits';
import { Refusals } from './Refusals';

/** Who may take what: levels, who holds them, what was refused, who is near a limit. */
export default function AcceptancePage() {
  const t = useT('acceptance');
  const [url, change] = useUrl();
  // Filters of one tab mean nothing to another.
  const open = (tab: string) =>
    change({
      ...Object.fromEntries(Object.keys(url).map((name) => [name, undefined])),
      tab: tab === 'holders' ? undefined : tab,
    });
  return (
    <>
      <PageHead title={t('title')} />
      <Tabs
        activeKey={url.tab ?? 'holders'}
        onChange={open}
        destroyOnHidden
        items={[
          { key: 'holders', label: t('tabs.holders'), children: <Holders /> },
          { key: 'levels', label: t('tabs.levels'), children: <Levels /> },
          { key: 'refusals', label: t('tabs.refusals'), children: <Refusals /> },
          { key: 'near', label: t('tabs.near'), children: <NearLimits /> },
        ]}
      />
    </>
  );
}
