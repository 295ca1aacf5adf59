import {
  ApiOutlined,
  BarChartOutlined,
  CompassOutlined,
  FileTextOutlined,
  HomeOutlined,
  SettingOutlined,
  ShopOutlined,
  SolutionOutlined,
  WalletOutlined,
} from '@ant-design/icons';
import { Link, useRouterState } from '@tanstack/react-router';
import { Menu, type MenuProps } from 'antd';
import { useState, type ReactNode } from 'react';
import { holds, useMe } from '@/api/me';
import { pick, useLang, useT } from '@/i18n';
import { GROUPS, type Group } from '@/shared/feature';
import { nav } from './features';

const ICONS: Record<Group, ReactNode> = {
  work: <HomeOutlined />,
  network: <ShopOutlined />,
  field: <CompassOutlined />,
  orders: <SolutionOutlined />,
  volume: <BarChartOutlined />,
  settlement: <WalletOutlined />,
  policy: <FileTextOutlined />,
  data: <ApiOutlined />,
  system: <SettingOutlined />,
};

/** What the person may open, by job. The entry with the longest matching address is the current one. */
export function SideNav({ folded, onGo }: { folded: boolean; onGo: () => void }) {
  const t = useT('common');
  const lang = useLang();
  const me = useMe();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const entries = nav.filter((entry) => holds(me, entry.permission));
  const current = entries
    .filter((entry) => path === entry.to || (entry.to !== '/' && path.startsWith(`${entry.to}/`)))
    .sort((a, b) => b.to.length - a.to.length)[0];
  const [closed, setClosed] = useState<string[]>([]);
  const groups = GROUPS.filter((group) => entries.some((entry) => entry.group === group));
  const items: MenuProps['items'] = groups.map((group) => {
    const own = entries.filter((entry) => entry.group === group);
    const link = (to: string, label: string) => (
      <Link to={to} onClick={onGo}>
        {label}
      </Link>
    );
    const only = own.length === 1 ? own[0] : undefined;
    if (only) return { key: only.to, icon: ICONS[group], label: link(only.to, pick(lang, only)) };
    return {
      key: group,
      icon: ICONS[group],
      label: t(`group.${group}`),
      children: own.map((entry) => ({ key: entry.to, label: link(entry.to, pick(lang, entry)) })),
    };
  });
  return (
    <Menu
      mode="inline"
      inlineCollapsed={folded}
      items={items}
      selectedKeys={current ? [current.to] : []}
      {...(folded ? {} : { openKeys: groups.filter((group) => !closed.includes(group)) })}
      onOpenChange={(open) => !folded && setClosed(groups.filter((group) => !open.includes(group)))}
    />
  );
}
