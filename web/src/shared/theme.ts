// Colours and sizes of both themes. Contrast was measured: see the values before changing one.
import { theme as antd, type ThemeConfig } from 'antd';

const FONT = "-apple-system, 'PingFang SC', 'HarmonyOS Sans SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif";

const light = {
  colorPrimary: '#1a5fd0',
  // What the pointer is on is darker: the derived colours are lighter, and too light to be read.
  colorPrimaryHover: '#154fae',
  colorPrimaryActive: '#103f8c',
  colorLink: '#1a5fd0',
  colorLinkHover: '#154fae',
  colorLinkActive: '#103f8c',
  colorSuccess: '#0b7a4b',
  colorSuccessBg: '#e6f5ee',
  colorSuccessBorder: '#a9dcc3',
  colorWarning: '#9a5300',
  colorWarningBg: '#fff4e0',
  colorWarningBorder: '#f1d19b',
  colorError: '#c02f2f',
  colorErrorBg: '#fdecea',
  colorErrorBorder: '#f2b8b3',
  colorErrorHover: '#a32626',
  colorErrorActive: '#871e1e',
  colorInfo: '#1a5fd0',
  colorBgLayout: '#f3f5f8',
  colorTextSecondary: '#3f4856',
  colorTextTertiary: '#56606f',
  colorTextDescription: '#56606f',
  colorTextPlaceholder: '#66707f',
};

const dark = {
  colorPrimary: '#3a72d8',
  colorPrimaryHover: '#3167c8',
  colorPrimaryActive: '#2b5cb4',
  colorLink: '#7aa8f7',
  colorLinkHover: '#9dbff9',
  colorLinkActive: '#9dbff9',
  colorSuccess: '#3fb984',
  colorSuccessBg: '#12291f',
  colorSuccessBorder: '#1f4a37',
  colorWarning: '#e0a23c',
  colorWarningBg: '#2e230f',
  colorWarningBorder: '#5a441b',
  colorError: '#f0796b',
  colorErrorBg: '#331a18',
  colorErrorBorder: '#5c2c28',
  colorErrorHover: '#f59a8f',
  colorErrorActive: '#f59a8f',
  colorInfo: '#7aa8f7',
  colorInfoBg: '#15223a',
  colorInfoBorder: '#294372',
  colorBgLayout: '#0f1319',
  colorBgContainer: '#181d26',
  colorBgElevated: '#202633',
  colorBorder: '#39424f',
  colorBorderSecondary: '#2a313d',
  colorText: '#e6eaf0',
  colorTextSecondary: '#b9c2cf',
  colorTextTertiary: '#9aa6b6',
  colorTextDescription: '#9aa6b6',
  colorTextPlaceholder: '#8b97a8',
};

/** People who asked their system for less motion get none. */
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

export function themeOf(isDark: boolean, compact: boolean): ThemeConfig {
  const algorithm = [isDark ? antd.darkAlgorithm : antd.defaultAlgorithm];
  if (compact) algorithm.push(antd.compactAlgorithm);
  return {
    algorithm,
    token: { ...(isDark ? dark : light), fontFamily: FONT, fontSize: compact ? 13 : 14, borderRadius: 6, motion: !still },
    components: {
      Menu: {
        itemBg: 'transparent',
        subMenuItemBg: 'transparent',
        itemHeight: 36,
        itemSelectedColor: isDark ? '#9dbff9' : '#1a5fd0',
        subMenuItemSelectedColor: isDark ? '#9dbff9' : '#1a5fd0',
        activeBarBorderWidth: 0,
      },
      Tabs: isDark ? { itemSelectedColor: '#9dbff9', itemHoverColor: '#9dbff9', itemActiveColor: '#9dbff9', inkBarColor: '#7aa8f7' } : {},
      Table: { headerBg: isDark ? '#1e2430' : '#f7f9fb', headerSplitColor: 'transparent' },
      Card: { headerFontSize: 15, bodyPadding: 16 },
      Button: {
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        ...(isDark && { defaultHoverColor: '#9dbff9', defaultActiveColor: '#9dbff9' }),
      },
      Layout: { headerBg: isDark ? '#181d26' : '#ffffff', siderBg: isDark ? '#181d26' : '#ffffff', bodyBg: isDark ? '#0f1319' : '#f3f5f8' },
    },
  };
}

/** Series colours of charts; the same thing has the same colour everywhere. */
export const SERIES = {
  light: ['#1a5fd0', '#0e8a7d', '#c26a00', '#7a4fd0', '#c0392b', '#4a6785'],
  dark: ['#5b94f5', '#3cc4b3', '#f0a040', '#a98bf0', '#f0796b', '#93aac6'],
};

/** Five fixed classes of maps and heat maps, from little to much. */
export const CLASSES = {
  light: ['#e4edfb', '#b9d1f5', '#86aeec', '#2e6ac6', '#0f3f8a'],
  dark: ['#1a2a45', '#234274', '#2f5ca6', '#477fd8', '#8db5fb'],
};
