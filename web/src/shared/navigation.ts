// The entries of the navigation, for pages that point to others; the console fills them in when it starts.
import type { NavEntry } from './feature';

export const navigation: NavEntry[] = [];
