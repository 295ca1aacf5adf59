import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button, DatePicker, Space, TreeSelect } from 'antd';
import dayjs from 'dayjs';
import { useT } from '@/i18n';
import { monthPlus } from '@/shared/format/time';

interface MonthProps {
  value: string | undefined;
  onChange: (month: string) => void;
  /** First and last month that can be chosen. */
  from?: string;
  to?: string;
  /** With buttons for the months beside it. */
  steps?: boolean;
}

/** A month as `2026-10`. */
export function MonthPicker({ value, onChange, from, to, steps = true }: MonthProps) {
  const t = useT('common');
  const off = (month: string) => (from !== undefined && month < from) || (to !== undefined && month > to);
  const picker = (
    <DatePicker
      picker="month"
      allowClear={false}
      inputReadOnly
      aria-label={t('month.pick')}
      value={value ? dayjs(`${value}-01`) : null}
      disabledDate={(day) => off(day.format('YYYY-MM'))}
      onChange={(day) => day && onChange(day.format('YYYY-MM'))}
      style={{ width: 120 }}
    />
  );
  if (!steps || !value) return picker;
  return (
    <Space.Compact>
      <Button
        aria-label={t('month.previous')}
        icon={<LeftOutlined />}
        disabled={off(monthPlus(value, -1))}
        onClick={() => onChange(monthPlus(value, -1))}
      />
      {picker}
      <Button
        aria-label={t('month.next')}
        icon={<RightOutlined />}
        disabled={off(monthPlus(value, 1))}
        onClick={() => onChange(monthPlus(value, 1))}
      />
    </Space.Compact>
  );
}

/** A part of the territory tree. */
export interface Area {
  code: string;
  name: string;
  children?: Area[];
}

/** Chooses a territory by name or code. */
export function AreaPicker({
  areas,
  value,
  onChange,
  loading,
}: {
  areas: Area[];
  value?: string;
  onChange: (code?: string) => void;
  loading?: boolean;
}) {
  const t = useT('common');
  return (
    <TreeSelect
      aria-label={t('area.pick')}
      treeData={areas}
      fieldNames={{ label: 'name', value: 'code', children: 'children' }}
      value={value}
      placeholder={t('area.all')}
      loading={loading}
      allowClear
      showSearch={{ filterTreeNode: (typed, node) => `${node.name as string}${node.code as string}`.includes(typed.trim()) }}
      onChange={(code?: string) => onChange(code)}
      style={{ width: '100%', minWidth: 160 }}
    />
  );
}
