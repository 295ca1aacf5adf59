import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, yuan } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { HOLDERS, useDefinitions } from './data';

type Definitions = Schema<'AcceptanceDefinitions'>;
type Level = Definitions['levels'][number];

/** What each level allows, and how much of it. */
export function Levels() {
  const t = useT('acceptance');
  const query = useDefinitions();
  return (
    <QueryState query={query} rows={8}>
      {(data) => (
        <>
          <Block title={t('allows')}>
            <Allows data={data} />
          </Block>
          <Block title={t('limits')}>
            <LimitTable levels={data.levels} />
          </Block>
          <Block title={t('asks')}>
            <Asks data={data} />
          </Block>
        </>
      )}
    </QueryState>
  );
}

/** Says yes or no in a cell; readers hear the word. */
function Mark({ yes }: { yes: boolean }) {
  const common = useT('common');
  return (
    <td style={{ textAlign: 'center' }}>
      <span aria-hidden="true">{yes ? '✓' : '—'}</span>
      <span className="sr">{common(yes ? 'yes' : 'no')}</span>
    </td>
  );
}

function Allows({ data }: { data: Definitions }) {
  const t = useT('acceptance');
  return (
    <PlainTable label={t('allows')}>
      <thead>
        <tr>
          <th scope="col">{t('level')}</th>
          {data.business.map((one) => (
            <th key={one.id} scope="col" style={{ textAlign: 'center' }}>
              {one.title}
            </th>
          ))}
          <th scope="col" style={{ textAlign: 'center' }}>
            {t('certificateAsked')}
          </th>
          <th scope="col" style={{ textAlign: 'center' }}>
            {t('cooperative')}
          </th>
        </tr>
      </thead>
      <tbody>
        {data.levels.map((level) => (
          <tr key={level.id}>
            <th scope="row">{`${level.id} ${level.title}`}</th>
            {data.business.map((one) => (
              <Mark key={one.id} yes={level.business.includes(one.id)} />
            ))}
            <Mark yes={level.certificate} />
            <Mark yes={level.cooperative} />
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function LimitTable({ levels }: { levels: Level[] }) {
  const t = useT('acceptance');
  const label = useLabel('acceptance');
  const amount = (fen: number | null) => (fen === null ? t('unlimited') : yuan(fen));
  return (
    <PlainTable
      label={t('limits')}
      heads={[t('level'), t('holder'), { num: t('perOrder') }, { num: t('ordersPerDay') }, { num: t('perDay') }]}
    >
      <tbody>
        {levels.flatMap((level) =>
          HOLDERS.flatMap((holder) => level.limits.find((one) => one.holder === holder) ?? []).map((limits) => (
            <tr key={`${level.id}/${limits.holder}`}>
              <th scope="row">{`${level.id} ${level.title}`}</th>
              <td>{label('holders', limits.holder)}</td>
              <td className="num">{amount(limits.per_order)}</td>
              <td className="num">{limits.orders_per_day === null ? t('unlimited') : count(limits.orders_per_day)}</td>
              <td className="num">{amount(limits.per_day)}</td>
            </tr>
          )),
        )}
      </tbody>
    </PlainTable>
  );
}

const NEEDS = ['identity', 'system', 'subscriber', 'card', 'task', 'slip', 'once'] as const;

function Asks({ data }: { data: Definitions }) {
  const t = useT('acceptance');
  const label = useLabel('acceptance');
  return (
    <PlainTable label={t('asks')}>
      <thead>
        <tr>
          <th scope="col">{t('business')}</th>
          <th scope="col">{t('lines')}</th>
          {NEEDS.map((need) => (
            <th key={need} scope="col" style={{ textAlign: 'center' }}>
              {t(`needs.${need}`)}
            </th>
          ))}
          <th scope="col">{t('undo')}</th>
        </tr>
      </thead>
      <tbody>
        {data.business.map((one) => (
          <tr key={one.id}>
            <th scope="row">{one.title}</th>
            <td>{one.lines.join(t('and')) || '—'}</td>
            {NEEDS.map((need) => (
              <Mark key={need} yes={one[need]} />
            ))}
            <td>{one.undo === null ? '—' : label('undos', one.undo)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
