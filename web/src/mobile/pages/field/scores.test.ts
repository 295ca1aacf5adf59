// Scores on the phone are those of the server: the examples of every checklist that is shipped come to the same figures.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toml, type Table } from '@/testing/toml';
import { seen, type Answer, type Given, type Item, type Template } from './records';
import { answers, asked, count, isImei, share, type Context } from './scores';

const FOLDER = new URL('../../../../../definitions/checklists/', `file://${import.meta.dirname}/`);
const SHA = '0'.repeat(64);

const list = (of: unknown): string[] => (of as string[] | undefined) ?? [];
const fitsOf = (of: Table | undefined) => ({
  outlet_types: list(of?.outlet_types),
  sizes: list(of?.sizes),
  settings: list(of?.settings),
  purposes: list(of?.purposes),
});

/** An item as the server gives it to phones. */
function itemOf(text: Table): Item {
  const kind = text.kind as string;
  const steps = (text.steps as [number, number][] | undefined)?.map(([from, points]) => ({ from, points })) ?? [];
  const options = (text.options as Table[] | undefined)?.map((one) => ({ id: one.id, name: one.zh, points: one.points ?? 0 })) ?? [];
  const levels = kind === 'compare' ? 2 : kind === 'grade' ? ((text.levels as number | undefined) ?? 2) : null;
  const ruled = Math.max(...steps.map((step) => step.points), Number(text.pass_min !== undefined || text.pass_max !== undefined));
  const points =
    levels ??
    { yes_no: 1, photo: 1, signature: 1, place: 4, choice: Math.max(0, ...options.map((one) => Number(one.points))) }[kind] ??
    ruled;
  return {
    id: text.id,
    name: text.zh,
    kind,
    required: text.required ?? true,
    na: text.na ?? false,
    weight: text.weight ?? 1,
    points,
    worth_ppm: 0,
    veto: text.veto ?? false,
    photo: text.photo ?? false,
    evidence: text.evidence ?? 'told',
    good: kind === 'yes_no' ? (text.good ?? true) : null,
    unit: text.unit ?? null,
    scale: text.scale ?? null,
    pass_min: text.pass_min ?? null,
    pass_max: text.pass_max ?? null,
    steps,
    levels,
    pass: kind === 'compare' ? 1 : levels === null ? null : (text.pass ?? levels),
    imei: text.imei ?? false,
    options,
    variants: ((text.vary as Table[] | undefined) ?? []).map((one) => ({
      fits: fitsOf(one),
      drop: one.drop ?? false,
      weight: one.weight ?? null,
      required: one.required ?? null,
    })),
  } as Item;
}

const templateOf = (file: Table): Template =>
  ({
    id: file.id,
    version: file.version,
    name: file.zh,
    about: file.about_zh,
    kind: file.kind,
    hidden: file.hidden ?? false,
    fits: fitsOf(file.fits as Table | undefined),
    pass_mark: file.pass_mark ?? null,
    sections: (file.section as Table[]).map((one) => ({
      id: one.id,
      name: one.zh,
      weight: one.weight ?? 0,
      floor: one.floor ?? null,
      items: (one.item as Table[]).map(itemOf),
    })),
    measures: [],
  }) as unknown as Template;

/** An answer that is worth most. */
function best(item: Item): Answer {
  const number = [...item.steps].sort((a, b) => b.points - a.points || a.from - b.from)[0]?.from ?? item.pass_min ?? item.pass_max ?? 0;
  const option = [...item.options].sort((a, b) => b.points - a.points)[0];
  switch (item.kind) {
    case 'yes_no':
      return { yes_no: item.good ?? true };
    case 'number':
      return { number };
    case 'price':
      return { price: number };
    case 'count':
      return { count: number };
    case 'scan':
      return { scan: Array.from({ length: number }, (_, at) => `code-${at}`) };
    case 'photo':
      return { photo: [SHA] };
    case 'choice':
      return { choice: option?.id ?? '' };
    case 'signature':
      return { signature: SHA };
    case 'place':
      return { place: { holder: 'us', rival: '', pop: '', current: true, intact: true, facing: true } };
    default:
      return { grade: item.levels ?? 2 };
  }
}

/** An answer as examples write it. */
function written(item: Item, value: unknown): Answer {
  if (value === 'na') return 'na';
  if (item.kind === 'place') {
    const none = { rival: '', pop: '', current: false, intact: false, facing: false };
    return { place: { ...none, ...(value as object) } } as Answer;
  }
  const key = item.kind === 'compare' ? 'grade' : item.kind;
  return (value === true && key !== 'yes_no' ? best(item) : { [key]: value }) as Answer;
}

function given(template: Template, example: Table): Record<string, Given> {
  const answered = (example.answers as Table | undefined) ?? {};
  const found: Record<string, Given> = {};
  for (const item of template.sections.flatMap((section) => section.items)) {
    const value = answered[item.id];
    if (value === undefined && example.rest !== 'best') continue;
    const answer = value === undefined ? best(item) : written(item, value);
    const evidence = list(example.told).includes(item.id) ? 'told' : 'seen';
    found[item.id] = { answer, evidence, photos: item.photo ? [SHA] : [], note: '' };
  }
  return found;
}

const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.toml'))
  .map((name) => [name, toml(readFileSync(new URL(name, FOLDER), 'utf8'))] as const);

describe.each(files)('%s', (_, file) => {
  const template = templateOf(file);
  const examples = (file.example as Table[]).map((example, at) => [at + 1, example] as const);

  it.each(examples)('comes to what example %i says', (_, example) => {
    // R7.45 R7.35
    const word = (name: string) => String(example[name] ?? '');
    const context = { outletType: word('outlet_type'), size: word('size'), setting: word('setting'), purposes: list(example.purposes) };
    const outcome = count(template, context, given(template, example));
    expect(outcome.score).toBe(example.score);
    expect(outcome.open.length === 0).toBe(example.complete ?? true);
    expect(outcome.vetoed).toEqual(list(example.vetoed));
    if (example.failed) expect(outcome.failed).toEqual(example.failed);
    for (const [id, wanted] of Object.entries((example.sections as Table | undefined) ?? {}))
      expect(outcome.sections[template.sections.findIndex((section) => section.id === id)], id).toBe(wanted);
  });
});

describe('counting', () => {
  const nowhere: Context = { outletType: '', size: '', setting: '', purposes: [] };
  const text = toml(`id = "shop"
    [[section]]
    id = "all"
    [[section.item]]
    id = "sign"
    kind = "yes_no"
    photo = true
    veto = true
    vary = [{ outlet_types = ["small"], drop = true }, { purposes = ["display"], weight = 3 }]
    [[section.item]]
    id = "tidy"
    kind = "grade"
    required = false
    evidence = "seen"`);
  const template = templateOf(text);

  it('varies by outlet and purpose', () => {
    // R7.35
    const ids = (context: Context) => asked(template, context).map((one) => `${one.item.id} ${one.weight}`);
    expect(ids(nowhere)).toEqual(['sign 1', 'tidy 1']);
    expect(ids({ ...nowhere, outletType: 'small' })).toEqual(['tidy 1']);
    expect(ids({ ...nowhere, purposes: ['display'] })).toEqual(['sign 3', 'tidy 1']);
  });

  it('counts nothing that is not shown well enough', () => {
    // R7.90
    const bare = count(template, nowhere, { sign: seen({ yes_no: true }), tidy: { ...seen({ grade: 2 }), evidence: 'told' } });
    expect(bare).toMatchObject({ score: 0, unproven: ['sign', 'tidy'], vetoed: ['sign'], verdict: 'failed' });
    const shown = count(template, nowhere, { sign: seen({ yes_no: true }, [SHA]) });
    expect(shown).toMatchObject({ score: 10_000, verdict: 'passed', answered: 1, asked: 2 });
    expect(count(template, nowhere, {})).toMatchObject({ score: 0, open: ['sign'], verdict: 'open' });
  });

  it('takes no answer of another kind', () => {
    const item = itemOf({ id: 'imei', kind: 'scan', imei: true });
    expect(isImei('490154203237518')).toBe(true);
    expect(isImei('490154203237519')).toBe(false);
    expect(answers(item, seen({ scan: ['490154203237518'] }))).toBe(true);
    expect(answers(item, seen({ scan: ['490154203237518', '490154203237518'] }))).toBe(false);
    expect(answers(item, seen('na'))).toBe(false);
    expect(answers(item, seen({ count: 1 }))).toBe(false);
  });

  it('rounds half up, once', () => {
    expect([share(1, 3), share(2, 3), share(1, 32), share(0, 5), share(1, 0)]).toEqual([3333, 6667, 313, 0, undefined]);
  });
});
