import { Link } from '@tanstack/react-router';
import { Input } from 'antd';
import { useState } from 'react';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import type { Flow } from '@/shared/flows/form';
import { grouped } from '@/shared/flows/groups';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';

/** What one may apply for, by subject. */
export default function NewPage() {
  const t = useT('flows');
  const flows = api.useQuery('get', '/api/v1/flows');
  return (
    <>
      <PageHead title={t('new')} />
      <QueryState query={flows} rows={8}>
        {(all) => <Groups flows={all} />}
      </QueryState>
    </>
  );
}

function Groups({ flows }: { flows: Flow[] }) {
  const t = useT('flows');
  const label = useLabel('flows');
  const [typed, setTyped] = useState('');
  const groups = grouped(flows, typed);
  return (
    <>
      <search>
        <Input.Search
          aria-label={t('searchFlow')}
          placeholder={t('searchFlow')}
          allowClear
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          style={{ maxWidth: 360, marginBottom: 12 }}
        />
      </search>
      {groups.length === 0 && <EmptyBox title={typed ? t('noFlowFound') : t('noFlow')} help={typed ? undefined : t('noFlowHelp')} />}
      {groups.map(([group, found]) => (
        <Block key={group} title={label('groups', group)}>
          <ul className="flow-cards">
            {found.map((flow) => (
              <li key={flow.id}>
                <Link to="/applications/new/$flow" params={{ flow: flow.id } as never}>
                  <strong>{flow.title}</strong>
                  <span className="muted">{flow.about}</span>
                </Link>
              </li>
            ))}
          </ul>
        </Block>
      ))}
    </>
  );
}
