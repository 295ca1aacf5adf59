// What one may apply for, under its headings.
import type { Flow } from './form';

const ORDER = ['sales', 'channel', 'partner', 'money', 'policy', 'support', 'risk'];

const rank = (group: string) => (ORDER.includes(group) ? ORDER.indexOf(group) : ORDER.length);

/** Flows one may start that fit what was typed, by heading. */
export function grouped(flows: readonly Flow[], typed: string): [string, Flow[]][] {
  const wanted = typed.trim().toLowerCase();
  const fits = (flow: Flow) => [flow.title, flow.about, flow.id, flow.initials].some((words) => words.toLowerCase().includes(wanted));
  const open = flows.filter((flow) => flow.posts.length > 0 && fits(flow));
  const groups = [...new Set(open.map((flow) => flow.group))].sort((a, b) => rank(a) - rank(b));
  return groups.map((group) => [group, open.filter((flow) => flow.group === group)]);
}
