import { api } from '@/api/client';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { Card, Empty, Loaded, Page } from '../../kit';

/** Rules in force that pay one, each with a worked example of the policy itself. */
export default function PoliciesPage() {
  const t = useT('phonePartner');
  const query = api.useQuery('get', '/api/v1/my/policies');
  return (
    <Page title={t('policies.title')} back="/">
      <Loaded query={query} empty={(rules) => rules.length === 0} whenEmpty={<Empty title={t('policies.none')} />}>
        {(rules) =>
          rules.map((rule) => (
            <Card key={`${rule.policy}${rule.component}`} title={rule.title} extra={<span className="m-muted">{rule.clause}</span>}>
              <span>
                {t('policies.paid', { amount: yuan(rule.paid) })}
                {rule.unpaid > 0 && ` · ${t('policies.unpaid', { count: rule.unpaid })}`}
              </span>
              {rule.requirements.length > 0 && <span className="m-muted">{`${t('policies.needs')}：${rule.requirements.join('；')}`}</span>}
              {rule.example && (
                <div>
                  <div>{t('policies.example', { name: rule.example.name })}</div>
                  {rule.example.facts.map((fact, index) => (
                    <div key={index} className="m-muted">
                      {fact}
                    </div>
                  ))}
                  <strong>{t('policies.result', { month: month(rule.example.period), amount: yuan(rule.example.amount) })}</strong>
                </div>
              )}
              <span className="m-muted">{[rule.policy_title, t('policies.until', { day: rule.until })].join(' · ')}</span>
            </Card>
          ))
        }
      </Loaded>
    </Page>
  );
}
