// Every features/<name>/routes.tsx is part of the console: adding a feature is adding its folder.
import type { Feature, NavEntry, PageRoute } from '@/shared/feature';
import { GROUPS } from '@/shared/feature';
import { navigation } from '@/shared/navigation';

const found = Object.values(import.meta.glob<Feature>('../features/*/routes.{ts,tsx}', { eager: true, import: 'default' }));

export const routes: PageRoute[] = found.flatMap((feature) => [...feature.routes]);

const place = (entry: NavEntry) => GROUPS.indexOf(entry.group) * 1000 + entry.order;

export const nav: NavEntry[] = found.flatMap((feature) => [...(feature.nav ?? [])]).sort((a, b) => place(a) - place(b));

navigation.push(...nav);
