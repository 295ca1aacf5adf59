import { Link } from '@tanstack/react-router';
import { Tag } from 'antd';
import { api, type Schema } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { pick, useLang, useT } from '@/i18n';
import { Ranking } from '@/shared/charts/Ranking';
import { percent } from '@/shared/format/money';
import { month as monthText, weekday } from '@/shared/format/time';
import { navigation } from '@/shared/navigation';
import { Block } from '@/shared/ui/Block';
import { BigCount, BigMoney, Delta } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Trend } from './Trend';

/** What waits, how the last settled month stands, and where one usually goes next; all of it as far as one may see. */
export default function HomePage() {
  const t = useT('home');
  const lang = useLang();
  const me = useMe();
  const query = api.useQuery('get', '/api/v1/home', {});
  const day = query.data?.today;
  return (
    <>
      <PageHead title={t('title')} note={day && t('hello', { name: me.name, day, week: weekday(day, lang) })} />
      <QueryState query={query} rows={10}>
        {(home) => <Content home={home} />}
      </QueryState>
    </>
  );
}

function Content({ home }: { home: Schema<'Workbench'> }) {
  const t = useT('home');
  const lang = useLang();
  const { todos, settled, network, under_way: month } = home;
  return (
    <div className="grid">
      <div className="w8">
        <Todos todos={todos} title={t('todos')} />
      </div>
      <div className="w4">
        <Shortcuts />
      </div>
      {month && (month.aims.length > 0 || month.alerts.length > 0) && (
        <>
          <div className={month.alerts.length > 0 ? 'w8' : ''}>
            <Block
              title={t('aims', { month: monthText(month.month, lang) })}
              extra={<span className="muted small">{t('passed', { share: percent(month.passed_ppm / 1e6, 0) })}</span>}
            >
              {month.aims.length > 0 ? <Aims month={month} /> : <EmptyBox title={t('aimsNone')} />}
            </Block>
          </div>
          {month.alerts.length > 0 && (
            <div className="w4">
              <Todos todos={month.alerts} title={t('alerts')} />
            </div>
          )}
        </>
      )}
      {settled && (
        <>
          <Block title={t('settled', { month: monthText(settled.month, lang) })}>
            <Figures figures={settled.figures} />
          </Block>
          <div className="w8">
            <Block title={t('trend')}>
              <Trend points={settled.trend} />
            </Block>
          </div>
          <div className="w4">
            <Block title={t('ranking', { month: monthText(settled.month, lang) })}>
              <Ranking
                label={t('ranking', { month: monthText(settled.month, lang) })}
                rows={settled.ranking.map((row, index) => ({
                  key: row.code,
                  place: index + 1,
                  name: row.name,
                  value: row.payment,
                  shown: <BigMoney fen={row.payment} />,
                  change: share(row.payment, row.before),
                  to: row.to,
                }))}
              />
            </Block>
          </div>
        </>
      )}
      {network.length > 0 && (
        <Block title={t('network')}>
          <Figures figures={network} />
        </Block>
      )}
    </div>
  );
}

/** Change as a share of what was; null where there was nothing. */
const share = (now: number, before: number | null): number | null => (before ? (now - before) / Math.abs(before) : null);

function Figures({ figures }: { figures: Schema<'Figure'>[] }) {
  const t = useT('home');
  return (
    <dl className="home-figures">
      {figures.map((figure) => (
        <div key={figure.code}>
          <dt className="muted">{figure.title}</dt>
          <dd className="figure">
            <Link to={figure.to.split('?')[0]!} search={Object.fromEntries(new URLSearchParams(figure.to.split('?')[1])) as never}>
              <Amount unit={figure.unit} value={figure.value} />
            </Link>
          </dd>
          {figure.before !== null && (
            <dd className="muted">
              {t('before')} <Delta share={share(figure.value, figure.before)} label={t('before')} />
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

/** A figure in its unit; large ones are shortened, the exact one is on hover. */
function Amount({ unit, value }: { unit: string; value: number | null }) {
  if (value === null) return '—';
  if (unit === 'fen') return <BigMoney fen={value} />;
  return unit === 'ppm' ? percent(value / 1e6) : <BigCount value={value} />;
}

/** Metrics of the month with their targets; the bar is how far they are, the mark how much of the month has passed. */
function Aims({ month }: { month: Schema<'UnderWay'> }) {
  const t = useT('home');
  return (
    <ul className="aims">
      {month.aims.map((aim) => {
        const reached = aim.attainment_ppm;
        return (
          <li key={aim.metric}>
            <Link to="/analysis/targets" search={{ metric: aim.metric, month: month.month } as never}>
              {aim.title}
            </Link>
            <span>
              <Amount unit={aim.unit} value={aim.value} />{' '}
              <span className="muted small">
                {t('ofTarget')} <Amount unit={aim.unit} value={aim.target} />
              </span>
            </span>
            <span className="bar" aria-hidden="true">
              <i style={{ width: `${Math.min(1, (reached ?? 0) / 1e6) * 100}%` }} />
              <b style={{ left: `${(month.passed_ppm / 1e6) * 100}%` }} />
            </span>
            <span className={reached !== null && reached < month.passed_ppm ? 'negative' : undefined}>
              <Amount unit="ppm" value={reached} />
            </span>
            <Delta share={aim.growth_ppm === null ? null : aim.growth_ppm / 1e6} label={t('before')} />
          </li>
        );
      })}
    </ul>
  );
}

function Todos({ todos, title }: { todos: Schema<'Todo'>[]; title: string }) {
  const t = useT('home');
  return (
    <Block title={title}>
      {todos.length === 0 ? (
        <EmptyBox title={t('todoNone')} />
      ) : (
        <ul className="todos">
          {todos.map((todo) => (
            <li key={todo.to}>
              <Link to={todo.to.split('?')[0]!} search={Object.fromEntries(new URLSearchParams(todo.to.split('?')[1])) as never}>
                <span className="figure">{todo.count}</span>
                <span>{todo.title}</span>
              </Link>
              {todo.due && <span className="muted">{t('due', { day: todo.due })}</span>}
              {todo.overdue > 0 && <Tag color="error">{t('overdue', { count: todo.overdue })}</Tag>}
            </li>
          ))}
        </ul>
      )}
    </Block>
  );
}

/** First page of each group one may open. */
function Shortcuts() {
  const t = useT('home');
  const lang = useLang();
  const me = useMe();
  const open = navigation.filter((entry) => entry.to !== '/' && holds(me, entry.permission));
  return (
    <Block title={t('shortcuts')}>
      <ul className="shortcuts">
        {open.slice(0, MOST).map((entry) => (
          <li key={entry.to}>
            <Link to={entry.to}>{pick(lang, entry)}</Link>
          </li>
        ))}
      </ul>
    </Block>
  );
}

const MOST = 12;
