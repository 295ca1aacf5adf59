import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import type { ComponentType } from 'react';
import { holds, useMe } from '@/api/me';
import type { PageRoute } from '@/shared/feature';
import { ErrorPage, ForbiddenPage, MissingPage } from '@/shared/ui/ErrorPage';
import { parseSearch, stringifySearch } from '@/shared/url';
import { routes } from './features';
import { Shell } from './Shell';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: MissingPage,
  errorComponent: ({ error }) => <ErrorPage error={error} />,
});

function page({ path, page: load, permission }: PageRoute) {
  const Page = lazyRouteComponent(load) as ComponentType & { preload?: () => Promise<void> };
  const Guarded = () => {
    const me = useMe();
    if (holds(me, permission)) return <Page />;
    return <ForbiddenPage permissions={typeof permission === 'string' ? [permission] : (permission ?? [])} />;
  };
  Guarded.preload = () => Page.preload?.() ?? Promise.resolve();
  return createRoute({ getParentRoute: () => root, path, component: Guarded, errorComponent: ({ error }) => <ErrorPage error={error} /> });
}

export const router = createRouter({
  routeTree: root.addChildren(routes.map(page)),
  parseSearch,
  stringifySearch,
  defaultPendingComponent: () => <Skeleton active paragraph={{ rows: 8 }} />,
  defaultPreload: 'intent',
  scrollRestoration: true,
  scrollToTopSelectors: ['#main'],
});
