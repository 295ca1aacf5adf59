import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Navigate, Outlet } from '@tanstack/react-router';
import { Suspense, type ComponentType } from 'react';
import { holds, useMe } from '@/api/me';
import { useT } from '@/i18n';
import { parseSearch, stringifySearch } from '@/shared/url';
import type { PhonePage } from './feature';
import { Btn, Empty, Page, Skeleton, Trouble } from './kit';
import { ApiError } from '@/api/errors';

const pages = Object.values(import.meta.glob<PhonePage[]>('./pages/*/routes.{ts,tsx}', { eager: true, import: 'default' })).flat();

const ICONS = {
  home: 'M4 11l8-7 8 7v9h-5v-6h-6v6H4z',
  field: 'M12 21s7-6 7-11a7 7 0 10-14 0c0 5 7 11 7 11zM12 12.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5z',
  business: 'M5 20V10M12 20V4M19 20v-7',
  commission: 'M4 7h16v12H4zM4 11h16M15 15h2',
  learn: 'M3 6l9-3 9 3-9 3zM6 8v6c3 3 9 3 12 0V8',
  orders: 'M6 3h9l4 4v14H6zM14 3v5h5M9 12h6M9 16h4',
  applications: 'M5 3h14v18H5zM8 8h8M8 12h5M8 17l2 2 5-5',
  outlets: 'M4 10l1-5h14l1 5M5 10v10h14V10M9 20v-6h6v6',
  mine: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c1-5 15-5 16 0',
};

/** The tabs; one without pages is not there. */
const TABS = (
  [
    ['home', '/'],
    ['field', '/field'],
    ['business', '/business'],
    ['commission', '/commission'],
    ['applications', '/applications'],
    ['outlets', '/outlets'],
    ['orders', '/orders'],
    ['learn', '/learn'],
    ['mine', '/mine'],
  ] as const
).filter(([, to]) => pages.some((page) => page.path === to));

const permissionOf = (to: string) => pages.find((page) => page.path === to)?.permission;

function Frame() {
  const t = useT('phone');
  const me = useMe();
  return (
    <>
      <Suspense fallback={<Waiting />}>
        <Outlet />
      </Suspense>
      <nav className="m-tabs" aria-label={t('tabs.label')}>
        {TABS.filter(([, to]) => holds(me, permissionOf(to))).map(([name, to]) => (
          <Link key={name} to={to} activeOptions={{ exact: to === '/', includeSearch: false }} activeProps={{ 'aria-current': 'page' }}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d={ICONS[name]} />
            </svg>
            {t(`tabs.${name}`)}
          </Link>
        ))}
      </nav>
    </>
  );
}

const Waiting = () => (
  <main className="m-page" style={{ paddingTop: 12 }}>
    <Skeleton rows={5} />
  </main>
);

function Missing() {
  const t = useT('phone');
  return (
    <Page title={t('pageMissing')} back="/">
      <Empty title={t('pageMissing')} help={t('pageMissingHelp')} />
    </Page>
  );
}

function Broken({ error }: { error: unknown }) {
  const t = useT('phone');
  return (
    <Page title={t('product')} back="/">
      {error instanceof ApiError ? <Trouble error={error} /> : <Empty title={t('pageBroken')} />}
      <Btn kind="main" onClick={() => location.reload()}>
        {t('reload')}
      </Btn>
    </Page>
  );
}

function Forbidden() {
  const t = useT('phone');
  return (
    <Page title={t('product')} back="/">
      <Empty title={t('forbidden')} />
    </Page>
  );
}

const root = createRootRoute({ component: Frame, notFoundComponent: Missing, errorComponent: Broken });

function route({ path, page, permission }: PhonePage) {
  const Content = lazyRouteComponent(page) as ComponentType & { preload?: () => Promise<void> };
  const Guarded = () => {
    const me = useMe();
    if (holds(me, permission)) return <Content />;
    // Who has no first page of their own begins at the first tab there is for them.
    const first = path === '/' && TABS.find(([, to]) => holds(me, permissionOf(to)));
    return first ? <Navigate to={first[1]} replace /> : <Forbidden />;
  };
  Guarded.preload = () => Content.preload?.() ?? Promise.resolve();
  return createRoute({ getParentRoute: () => root, path, component: Guarded, errorComponent: Broken });
}

export const router = createRouter({
  routeTree: root.addChildren(pages.map(route)),
  basepath: '/m',
  parseSearch,
  stringifySearch,
  defaultPendingComponent: Waiting,
  scrollRestoration: true,
});
