import { Tabs } from 'antd';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { useUrl } from '@/shared/url';
import { Accounts } from './Accounts';
import { Batches } from './Batches';
import { Candidates } from './Candidates';

/** Statements to pay, batches, accounts. */
export default function PaymentsPage() {
  const t = useT('payments');
  const [url, change] = useUrl();
  const tab = url.tab ?? 'candidates';
  // Filters of one tab mean nothing to another.
  const open = (next: string) =>
    change({ tab: next, q: undefined, state: undefined, waits: undefined, after: undefined, sort: undefined, batch: undefined });
  return (
    <>
      <PageHead title={t('title')} />
      <Tabs
        activeKey={tab}
        onChange={open}
        destroyOnHidden
        items={[
          { key: 'candidates', label: t('tabs.candidates'), children: <Candidates onMade={() => open('batches')} /> },
          { key: 'batches', label: t('tabs.batches'), children: <Batches /> },
          { key: 'accounts', label: t('tabs.accounts'), children: <Accounts /> },
        ]}
      />
    </>
  );
}
