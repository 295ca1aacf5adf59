import { useT } from '@/i18n';
import { useCatalogue } from '@/shared/figures/ask';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';

/** Every metric: what it is, and who answers for it. */
export default function CataloguePage() {
  const t = useT('volume');
  const catalogue = useCatalogue();
  return (
    <>
      <PageHead title={t('catalogue')} />
      <section className="block" aria-label={t('catalogue')}>
        <QueryState query={catalogue} rows={12}>
          {(found) => (
            <PlainTable label={t('catalogue')} heads={[t('metric'), t('catalogue'), t('by')]}>
              <tbody>
                {found.metrics.map((metric) => (
                  <tr key={metric.id}>
                    <th scope="row">
                      {metric.name}
                      <div className="muted small">{metric.id}</div>
                    </th>
                    <td>
                      {metric.about}
                      <div className="muted small">{metric.owner_name}</div>
                    </td>
                    <td className="small">
                      {found.dimensions
                        .filter((one) => metric.by.includes(one.code))
                        .map((one) => one.name)
                        .join(' · ')}
                    </td>
                  </tr>
                ))}
              </tbody>
            </PlainTable>
          )}
        </QueryState>
      </section>
    </>
  );
}
