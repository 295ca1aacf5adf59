// A field day for tests: a setup with one checklist, a shop, and a server that takes visits as crates/field does.
import { ApiError } from '@/api/errors';
import type { Kept } from '@/mobile/pages/field/draft';
import type { Item, Receipt, Setup, Stop } from '@/mobile/pages/field/records';
import type { Server } from '@/mobile/pages/field/sync';
import type { Task } from '@/mobile/pages/field/tasks';

const STEPS = ['plan', 'review', 'greet', 'check', 'stock', 'adjust', 'persuade', 'close', 'train', 'leave', 'report'];
const NEEDS: Record<string, string> = { plan: 'goal', greet: 'check_in', check: 'answer', close: 'ending', leave: 'check_out' };

export const item = (id: string, more: Partial<Item> = {}): Item => ({
  id,
  name: id,
  kind: 'yes_no',
  required: true,
  na: false,
  weight: 1,
  points: 1,
  worth_ppm: 0,
  veto: false,
  photo: false,
  evidence: 'told',
  good: true,
  unit: null,
  scale: null,
  pass_min: null,
  pass_max: null,
  steps: [],
  levels: null,
  pass: null,
  imei: false,
  options: [],
  variants: [],
  ...more,
});

const grade = { kind: 'grade', points: 2, levels: 2, pass: 2, good: null };
const number = { kind: 'count', points: 0, weight: 0, good: null };

export const setup = {
  me: { login: 'test', name: 'Test', territories: [], outlets: 1, today: '2026-08-31' },
  course_version: 1,
  steps: STEPS.map((id, at) => ({ no: at + 1, id, name: id, needs: NEEDS[id] ? [NEEDS[id]] : [] })),
  purposes: ['know', 'relate', 'train', 'display', 'serve', 'stock', 'keep'].map((id, at) => ({
    no: at + 1,
    id,
    name: id,
    result: 'yes_no',
    outcome: '',
  })),
  templates: [
    {
      id: 'visit_basics',
      version: 1,
      name: 'Basics',
      about: '',
      kind: 'shelf',
      hidden: false,
      fits: { outlet_types: [], sizes: [], settings: [], purposes: [] },
      pass_mark: null,
      sections: [
        {
          id: 'all',
          name: 'All',
          weight: 0,
          floor: null,
          items: [item('sign'), item('tidy', grade), item('shelf', { ...grade, photo: true, evidence: 'seen' }), item('facings', number)],
        },
      ],
      measures: [],
    },
  ],
  limits: {
    radius_m: 300,
    accuracy_m: 100,
    age_s: 600,
    least_minutes: 10,
    most_kmh: 120,
    skew_s: 300,
    photo_bytes: 8 << 20,
    part_bytes: 1 << 20,
    writes: 500,
  },
  parameters: [{ id: 'visits_by_class', name: '', unit: 'text', value: 'A:4 B:2 C:1 D:1' }],
} as unknown as Setup;

export const stop = (code: string, more: object = {}): Stop =>
  ({
    seq: 1,
    arrives: '09:40',
    leaves: '10:10',
    late: false,
    left_why: '',
    manual: false,
    purposes: ['keep'],
    target: '',
    outlet: {
      code,
      name: `Shop ${code}`,
      partner: 'P1',
      partner_name: 'Partner',
      territory: '4211',
      territory_name: 'Town',
      address: 'Main street 1',
      lat_e6: 30_450_000,
      lon_e6: 114_870_000,
      channel: '',
      outlet_type: '',
      size: 'large',
      setting: 'urban',
      class: 'A',
      fix_sales: 6_000_000,
      closed_from: null,
      manager: 'test',
      last_visit: null,
    },
    contacts: [],
    last: null,
    issues: [],
    promises: [],
    stock: [],
    models: [],
    sales: [],
    prices: [],
    visit: null,
    visit_state: null,
    ...more,
  }) as unknown as Stop;

export const offline = () =>
  new ApiError({ type: '', title: 'offline', status: 0, code: 'client.offline', detail: 'offline', trace_id: '' });
export const refused = (code: string, status = 400) => new ApiError({ type: '', title: code, status, code, detail: code, trace_id: '' });

interface Known {
  writes: Map<string, Omit<Kept, 'refused'>>;
  came: number;
  photos: Set<string>;
}

/** A server that keeps what comes, and a line that breaks: `breaks` is asked before a call is heard and again before its answer leaves. */
export class Fake implements Server {
  readonly visits = new Map<string, Known>();
  readonly parts = new Map<string, Uint8Array>();
  readonly whole = new Map<string, Uint8Array>();
  readonly tasks: Task[] = [];
  breaks: () => boolean = () => false;
  refuses: (write: Omit<Kept, 'refused'>) => boolean = () => false;
  torn = new Set<string>();

  private line(): void {
    if (this.breaks()) throw offline();
  }

  private known(id: string): Known {
    const known = this.visits.get(id) ?? { writes: new Map(), came: 0, photos: new Set() };
    this.visits.set(id, known);
    return known;
  }

  fields(id: string): Record<string, unknown> {
    const writes = [...this.known(id).writes.values()].sort((a, b) => a.seq - b.seq);
    return Object.fromEntries(writes.map((write) => [write.path, write.value]));
  }

  async upload(id: string, body: { writes: Omit<Kept, 'refused'>[] }): Promise<Receipt> {
    this.line();
    const known = this.known(id);
    const writes = body.writes.map((write) => {
      known.came += 1;
      if (this.refuses(write)) return { id: write.id, taken: 'refused', refusal: { code: 'field.record.value', text: 'wrong' } };
      const again = known.writes.has(write.id);
      if (!again) known.writes.set(write.id, write);
      return { id: write.id, taken: again ? 'again' : 'kept', refusal: null };
    });
    const fields = this.fields(id);
    const missing = Object.keys(fields)
      .filter((path) => path.startsWith('photo.') && fields[path] !== null)
      .map((path) => path.slice(6))
      .filter((sha256) => !known.photos.has(sha256));
    const state = fields.report && missing.length === 0 ? 'reported' : 'in_progress';
    this.line();
    const flags = [...this.torn].map((path) => ({ kind: 'conflict', text: path, holds: false }));
    return { version: 1, state, counts: 'yes', writes, missing, flags, to_fix: [], scores: [] } as unknown as Receipt;
  }

  async progress(_: string, sha256: string) {
    this.line();
    const whole = this.whole.get(sha256);
    return { have: (whole ?? this.parts.get(sha256))?.length ?? 0, whole: whole !== undefined };
  }

  async part(id: string, sha256: string, offset: number, size: number, bytes: Blob) {
    this.line();
    const part = new Uint8Array(await bytes.arrayBuffer());
    const have = this.parts.get(sha256) ?? new Uint8Array();
    if (!this.whole.has(sha256)) {
      if (offset > have.length) throw refused('field.photo.offset', 409);
      const joined = new Uint8Array([...have, ...part.slice(have.length - offset)]);
      this.parts.set(sha256, joined);
      if (joined.length === size) {
        const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
        const name = Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('');
        this.parts.delete(sha256);
        if (name !== sha256) throw refused('field.photo.damaged');
        this.whole.set(sha256, joined);
      }
    }
    const whole = this.whole.has(sha256);
    // The answer may be lost between the file and its note.
    this.line();
    if (whole) this.known(id).photos.add(sha256);
    this.line();
    return { have: whole ? size : this.parts.get(sha256)!.length, whole };
  }

  async conflicts() {
    this.line();
    return [...this.torn].map((path) => ({
      path,
      value: 'theirs',
      heads: ['h1', 'h2'],
      others: [{ id: 'h2', device: 'B', value: 'mine' }],
    }));
  }

  async task(task: Task) {
    this.line();
    if (!this.tasks.some((one) => one.id === task.id)) this.tasks.push(task);
    this.line();
  }
}
