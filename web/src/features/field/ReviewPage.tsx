import { Button } from 'antd';
import { useState } from 'react';
import { answer, http } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import type { VisitLine } from './data';
import { useManagers } from './parts';
import { Review } from './Review';
import { useVisitColumns } from './VisitsPage';

/** Visits that were held, waiting for a supervisor to say whether they count. */
export default function ReviewPage() {
  const t = useT('field');
  const me = useMe();
  const { managers } = useManagers();
  const [deciding, setDeciding] = useState<VisitLine>();
  const known = useVisitColumns().filter((column) => ['day', 'outlet', 'manager', 'entered', 'minutes', 'scores'].includes(column.key));
  const columns: Column<VisitLine>[] = [
    ...known,
    {
      key: 'flags',
      title: t('flags'),
      render: (_, row) => (
        <ul className="plain-list">
          {row.flags.map((flag) => (
            <li key={`${flag.kind} ${flag.text}`} className={flag.holds ? undefined : 'muted'}>
              {flag.text}
            </li>
          ))}
        </ul>
      ),
    },
    {
      key: 'action',
      title: t('decision'),
      render: (_, row) => (
        <Button
          size="small"
          type="primary"
          disabled={row.manager === me.login}
          title={row.manager === me.login ? t('notOwn') : undefined}
          aria-label={t('decideOf', { outlet: row.outlet_name, day: row.day })}
          onClick={() => setDeciding(row)}
        >
          {t('decide')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHead title={t('review')} note={t('reviewHelp')} />
      <ResourceTable<VisitLine>
        id="visit-review"
        label={t('review')}
        columns={columns}
        rowKey={(row) => row.id}
        load={async ({ after, manager, limit }, signal) => {
          const asked = { manager, cursor: after, limit: limit === undefined ? undefined : Number(limit) };
          const page = await answer(http.GET('/api/v1/field/review-queue', { params: { query: asked }, signal }));
          return { items: page.rows, next: page.next };
        }}
        filters={[{ kind: 'select', name: 'manager', label: t('manager'), options: managers, search: true }]}
        onOpen={(row) => row.manager !== me.login && setDeciding(row)}
        whenEmpty={<EmptyBox title={t('noReview')} help={t('noReviewHelp')} />}
      />
      {deciding && <Review line={deciding} onClose={() => setDeciding(undefined)} />}
    </>
  );
}
