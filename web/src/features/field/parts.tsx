import { Link } from '@tanstack/react-router';
import { Button, DatePicker, Select, Space } from 'antd';
import dayjs from 'dayjs';
import type { ReactNode } from 'react';
import { api } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useT } from '@/i18n';
import { percent } from '@/shared/format/money';
import { dayPlus } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';
import './field.css';

/** A share in hundredths of a percent, in words; a dash where there is nothing to divide by. */
export const share = (hundredths: number | null | undefined): string =>
  hundredths === null || hundredths === undefined ? '—' : percent(hundredths / 10_000);

interface Manager {
  value: string;
  label: string;
}

/** Channel managers one may look at. */
export function useManagers(): {
  managers: Manager[];
  query: { data: unknown; error: unknown; isPending: boolean; refetch: () => unknown };
} {
  const { today } = useMe();
  const query = api.useQuery('get', '/api/v1/field/team', { params: { query: { from: today, to: today } } }, { staleTime: 10 * 60_000 });
  const managers = (query.data?.rows ?? []).map((row) => ({
    value: row.manager,
    label: row.name ? `${row.name} ${row.manager}` : row.manager,
  }));
  return { managers, query };
}

/** Whose days the page shows: as the address says, else one's own, else the first one there is. */
export function useManager(): { login: string | undefined; managers: Manager[]; pick: (login: string) => void } {
  const [url, change] = useUrl();
  const me = useMe();
  const { managers } = useManagers();
  const own = holds(me, 'visit.make') ? me.login : managers[0]?.value;
  return { login: url.manager ?? own, managers, pick: (login) => change({ manager: login }) };
}

/** Chooses a channel manager by name or login. */
export function ManagerPick({ value, managers, onChange }: { value?: string; managers: Manager[]; onChange: (login: string) => void }) {
  const t = useT('field');
  const known = value === undefined || managers.some((one) => one.value === value);
  return (
    <Select
      aria-label={t('manager')}
      style={{ minWidth: 180 }}
      showSearch={{ optionFilterProp: 'label' }}
      value={value ?? null}
      options={known ? managers : [{ value: value!, label: value! }, ...managers]}
      onChange={(next: string | null) => next && onChange(next)}
    />
  );
}

/** A page about one manager; for whoever has none it says so. */
export function OfManager({ children }: { children: (login: string) => ReactNode }) {
  const t = useT('field');
  const { login } = useManager();
  const { query } = useManagers();
  if (login !== undefined) return children(login);
  return <QueryState query={query}>{() => <EmptyBox title={t('noManager')} help={t('noManagerHelp')} />}</QueryState>;
}

/** An outlet by name, with its page for whoever may read it. */
export function OutletLink({ code, name }: { code: string; name: string }) {
  const may = usePermission('partner.read');
  const shown = name || code;
  if (!may || !code) return <span title={code}>{shown}</span>;
  return (
    <Link to="/outlets/$code" params={{ code } as never} title={code}>
      {shown}
    </Link>
  );
}

/** Outlets in a row, the first few of many. */
export function Outlets({ rows, most = 8 }: { rows: { code: string; name: string }[]; most?: number }) {
  const t = useT('field');
  if (rows.length === 0) return '—';
  return (
    <>
      {rows.slice(0, most).map((row, at) => (
        <span key={row.code}>
          {at > 0 && t('comma')}
          <OutletLink {...row} />
        </span>
      ))}
      {rows.length > most && <span className="muted"> {t('andMore', { count: rows.length - most })}</span>}
    </>
  );
}

/** A day, with the ones beside it. */
export function DayPick({ value, onChange }: { value: string; onChange: (day: string) => void }) {
  const t = useT('field');
  return (
    <Space.Compact>
      <Button aria-label={t('dayBefore')} onClick={() => onChange(dayPlus(value, -1))}>
        ‹
      </Button>
      <DatePicker
        aria-label={t('day')}
        allowClear={false}
        value={dayjs(value)}
        onChange={(day) => day && onChange(day.format('YYYY-MM-DD'))}
        style={{ width: 130 }}
      />
      <Button aria-label={t('dayAfter')} onClick={() => onChange(dayPlus(value, 1))}>
        ›
      </Button>
    </Space.Compact>
  );
}

interface SpanProps {
  from: string;
  to: string;
  onChange: (from: string, to: string) => void;
}

/** From day to day, both included, with the usual ones at hand. */
export function SpanPick({ from, to, onChange }: SpanProps) {
  const t = useT('field');
  const { today } = useMe();
  const monday = dayPlus(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7));
  const first = `${today.slice(0, 8)}01`;
  const lastMonth = dayPlus(first, -1);
  const presets = [
    { label: t('thisWeek'), value: [monday, today] },
    { label: t('lastWeek'), value: [dayPlus(monday, -7), dayPlus(monday, -1)] },
    { label: t('thisMonth'), value: [first, today] },
    { label: t('lastMonth'), value: [`${lastMonth.slice(0, 8)}01`, lastMonth] },
    { label: t('fourWeeks'), value: [dayPlus(today, -27), today] },
  ];
  return (
    <DatePicker.RangePicker
      aria-label={t('span')}
      allowClear={false}
      presets={presets.map(({ label, value }) => ({ label, value: [dayjs(value[0]), dayjs(value[1])] }))}
      value={[dayjs(from), dayjs(to)]}
      onChange={(days) => days?.[0] && days[1] && onChange(days[0].format('YYYY-MM-DD'), days[1].format('YYYY-MM-DD'))}
    />
  );
}

/** The span the address says, or the four weeks up to today. */
export function useSpan(days = 27): { from: string; to: string; pick: (from: string, to: string) => void } {
  const [url, change] = useUrl();
  const { today } = useMe();
  const to = url.to ?? today;
  return { from: url.from ?? dayPlus(to, -days), to, pick: (from, last) => change({ from, to: last, after: undefined }) };
}

/** Figures with their names. */
export function Figures({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="figures">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
