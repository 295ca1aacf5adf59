import { Alert, Descriptions, Space } from 'antd';
import type { ReactNode } from 'react';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime, range } from '@/shared/format/time';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import type { Row } from './data';

interface Props {
  /** Kind and code, as the address has them. */
  at: string | undefined;
  actions?: (row: Row) => ReactNode;
  onClose: () => void;
}

/** One holder with every level it had, who gave it and why. */
export function HolderDrawer({ at, actions, onClose }: Props) {
  const t = useT('acceptance');
  const label = useLabel('acceptance');
  const [holder = '', code = ''] = (at ?? '').split('/');
  const path = { path: { holder, code } };
  const query = api.useQuery('get', '/api/v1/acceptance/holders/{holder}/{code}', { params: path }, { enabled: at !== undefined });
  const row = query.data?.row;
  return (
    <DetailDrawer
      open={at !== undefined}
      title={`${label('holders', holder)} ${row?.name ?? ''} ${code}`}
      onClose={onClose}
      width={820}
      actions={row && actions && <Space>{actions(row)}</Space>}
    >
      <QueryState query={query}>
        {({ row: now, history }) => (
          <>
            {now.suspended_at && (
              <Alert
                type="error"
                showIcon
                style={{ marginBottom: 12 }}
                title={t('suspendedNow', {
                  at: dateTime(now.suspended_at),
                  who: now.suspended_by ?? '',
                  reason: now.suspended_reason ?? '',
                })}
              />
            )}
            <Descriptions
              column={1}
              size="small"
              items={[
                { key: 'level', label: t('level'), children: now.level ? `${now.level} ${now.level_title}` : t('noLevel') },
                { key: 'certificate', label: t('certificate'), children: now.certificate || '—' },
                { key: 'to', label: t('certificateTo'), children: now.certificate_to ?? '—' },
                { key: 'outlet', label: t('outlet'), children: now.outlet ? `${now.outlet_name} ${now.outlet}` : '—' },
                { key: 'partner', label: t('partner'), children: `${now.partner_name} ${now.partner}` },
                { key: 'territory', label: t('territory'), children: now.territory_name || '—' },
              ]}
            />
            <h3>{t('history')}</h3>
            <PlainTable label={t('history')} heads={[t('span'), t('level'), t('certificate'), t('setBy'), t('reason')]}>
              <tbody>
                {history.map((held) => (
                  <tr key={held.from}>
                    <td>{range(held.from, held.to ?? t('open'))}</td>
                    <th scope="row">{`${held.level} ${held.level_title}`}</th>
                    <td>
                      {[held.certificate, held.certificate_to && t('goodTo', { day: held.certificate_to })].filter(Boolean).join(' ')}
                    </td>
                    <td>{held.set_by}</td>
                    <td>{held.reason}</td>
                  </tr>
                ))}
              </tbody>
            </PlainTable>
          </>
        )}
      </QueryState>
    </DetailDrawer>
  );
}
